import { type ErrorCode, HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";
import { type TransportError } from "./exchange.ts";
import { handshakeWords, isTlsFailure } from "./tls-error.ts";

/**
 * A failure below HTTP as the error that callers see: what the connector said stays as it is; bytes that are not HTTP
 * are HEDDLE_CLUSTER_PROTOCOL, a TLS alert HEDDLE_CLUSTER_TLS, a connection that broke HEDDLE_CLUSTER_UNREACHABLE with the
 * system's code. All but TLS failures are retryable. `asked` begins the message.
 */
export function transportError(error: TransportError, asked: string): HeddleError {
  const { cause } = error;
  if (cause instanceof HeddleError) return cause;
  const systemCode = systemCodeOf(cause);
  const { code, words } = classify(cause, systemCode);
  return new HeddleError(`${asked}: ${words}`, {
    code,
    retryable: code !== "HEDDLE_CLUSTER_TLS",
    cause,
    details: { ...(systemCode !== undefined && { systemCode }) },
  });
}

function classify(cause: unknown, systemCode: string | undefined): Readonly<{ code: ErrorCode; words: string }> {
  // With TLS 1.3 a server refuses our certificate only after the handshake.
  if (isTlsFailure(cause)) return { code: "HEDDLE_CLUSTER_TLS", words: `TLS failed: ${handshakeWords(cause)}` };
  const message = messageOf(cause);
  return isProtocolViolation(cause, systemCode)
    ? { code: "HEDDLE_CLUSTER_PROTOCOL", words: `what came is not HTTP as it should be: ${message}` }
    : { code: "HEDDLE_CLUSTER_UNREACHABLE", words: `the connection broke: ${message}` };
}

/** What llhttp and nghttp2 say of a peer that breaks RFC 9112 or 9113. */
function isProtocolViolation(cause: unknown, code: string | undefined): boolean {
  // undici's class, by its name: for HTTP/2 alone undici is never loaded.
  if (cause instanceof Error && cause.name === "HTTPParserError") return true;
  return code === "ERR_HTTP2_ERROR" || (code === "ERR_HTTP2_STREAM_ERROR" && /PROTOCOL_ERROR/.test(messageOf(cause)));
}
