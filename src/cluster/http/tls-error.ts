import { type X509Certificate } from "node:crypto";
import { HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";

/** A TLS handshake that failed, with what is known of it. */
export type TlsFailure = Readonly<{
  error: unknown;
  /** The name or address that the certificate was to be for. */
  expectedName: string;
  /** "https://10.0.0.1:6443" */
  server: string;
  /** Which authorities were trusted: the access's own, or the system's. */
  trusted: "own" | "system";
  /** What the server showed, as far as the handshake came. */
  certificate?: X509Certificate | undefined;
  nowMs: number;
}>;

const unknownAuthority = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
]);

/** True for what OpenSSL or Node say when a certificate or a handshake is at fault, and not the connection below. */
export function isTlsFailure(error: unknown): boolean {
  const code = systemCodeOf(error) ?? "";
  return (
    unknownAuthority.has(code) ||
    /^(CERT_|CRL_|ERR_SSL_|ERR_TLS_CERT|ERR_OSSL_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(code)
  );
}

/** HEDDLE_CLUSTER_TLS in words: which certificate, what is wrong with it, what to set. Not retryable. */
export function tlsError(failure: TlsFailure): HeddleError {
  const { error, server } = failure;
  const code = systemCodeOf(error);
  return new HeddleError(`TLS with ${server} failed: ${words(failure, code)}`, {
    code: "HEDDLE_CLUSTER_TLS",
    cause: error,
    details: { ...(code !== undefined && { systemCode: code }) },
  });
}

function words(failure: TlsFailure, code = ""): string {
  const { certificate, expectedName } = failure;
  const subject = certificate === undefined ? "its certificate" : `its certificate (${names(certificate.subject)})`;
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") return `${subject} ${dateWords(failure, code)}`;
  if (unknownAuthority.has(code)) return `${subject} is signed by ${authorityWords(failure)}`;
  if (code !== "ERR_TLS_CERT_ALTNAME_INVALID" && code !== "HOSTNAME_MISMATCH") return handshakeWords(failure.error);
  const alternatives = certificate?.subjectAltName ?? "none";
  return `${subject} is not for ${expectedName}; the names in it are ${alternatives}. Use one of them in the server's URL or as tls-server-name`;
}

function dateWords({ certificate, nowMs }: TlsFailure, code: "CERT_HAS_EXPIRED" | "CERT_NOT_YET_VALID"): string {
  if (code === "CERT_NOT_YET_VALID") {
    const from = certificate?.validFromDate.toISOString() ?? "a later time";
    return `is not valid before ${from}; is this machine's clock right?`;
  }
  if (certificate === undefined) return "has expired";
  const { validToDate } = certificate;
  return validToDate.getTime() > nowMs
    ? "stands on one that has expired"
    : `has expired on ${validToDate.toISOString()}`;
}

function authorityWords({ certificate, trusted }: TlsFailure): string {
  const issuer = certificate === undefined ? "an authority" : names(certificate.issuer);
  return trusted === "own"
    ? `${issuer}, which is not in the given certificate-authority`
    : `${issuer}, which this system does not trust; give its certificate as certificate-authority`;
}

/** What OpenSSL says of a handshake that failed for another reason than the certificate that we were shown. */
export function handshakeWords(error: unknown): string {
  const message = messageOf(error);
  if (/wrong version number|packet length too long/i.test(message))
    return "what answers there does not speak TLS (is the URL https:// instead of http://, or a proxy between?)";
  const said = shortAlert(message);
  return /alert.*(certificate|handshake|unknown ca)/i.test(said)
    ? `the server refused our client certificate, or wants one (${said})`
    : said;
}

/** OpenSSL's "C0F7:error:0A000412:SSL routines:fn:ssl/tls alert bad certificate:../deps/…:SSL alert number 42" to its words. */
function shortAlert(message: string): string {
  const parts = message.split(":");
  return (parts.length > 5 && parts[5]) || message.trim();
}

/** X509Certificate gives one attribute a line. */
const names = (distinguishedName: string): string => distinguishedName.split("\n").join(", ");
