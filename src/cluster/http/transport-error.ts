import { errors } from "undici";
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
  const what = code === "HEDDLE_CLUSTER_PROTOCOL" ? "what came is not HTTP as it should be" : "the connection broke";
  return new HeddleError(`${asked}: ${what}: ${messageOf(cause)}`, {
    code,
    retryable: true,
    cause,
    details: { ...(systemCode !== undefined && { systemCode }) },
  });
}

/** What llhttp and nghttp2 say of a peer that breaks RFC 9112 or 9113. */
function isProtocolViolation(cause: unknown, code: string | undefined): boolean {
  if (cause instanceof errors.HTTPParserError) return true;
  return code === "ERR_HTTP2_ERROR" || (code === "ERR_HTTP2_STREAM_ERROR" && /PROTOCOL_ERROR/.test(messageOf(cause)));
}
