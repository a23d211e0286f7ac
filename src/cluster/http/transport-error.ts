import { type ErrorCode, HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";
import { type TransportError } from "./exchange.ts";

/**
 * A failure below HTTP as the error that callers see: what the connector said stays as it is; bytes that are not HTTP
 * are HEDDLE_CLUSTER_PROTOCOL, a connection that broke HEDDLE_CLUSTER_UNREACHABLE with the system's code. All but TLS
 * failures are retryable. `asked` begins the message.
 */
export function transportError(error: TransportError, asked: string): HeddleError {
  const { cause } = error;
  if (cause instanceof HeddleError) return cause;
  const systemCode = systemCodeOf(cause);
  const code: ErrorCode = isProtocolViolation(cause, systemCode)
    ? "HEDDLE_CLUSTER_PROTOCOL"
    : "HEDDLE_CLUSTER_UNREACHABLE";
  const what = code === "HEDDLE_CLUSTER_PROTOCOL" ? "the answer is no HTTP" : "the connection broke";
  return new HeddleError(`${asked}: ${what}: ${messageOf(cause)}`, {
    code,
    retryable: true,
    cause,
    details: { ...(systemCode !== undefined && { systemCode }) },
  });
}

/** llhttp's codes, and what nghttp2 says of a peer that breaks RFC 9113. */
function isProtocolViolation(cause: unknown, code = ""): boolean {
  return code.startsWith("HPE_") || (code === "ERR_HTTP2_ERROR" && /protocol error/i.test(messageOf(cause)));
}
