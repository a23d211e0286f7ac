import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { credentialError } from "./failures.ts";

/** A certificate and the key that belongs to it, both PEM, and when the certificate ends. */
export type CertificatePair = Readonly<{ cert: string; key: string; expiresAtMs: number }>;

/** Where the halves of a pair come from, for messages: 'client-certificate-data of user "dev"'. */
export type PairNames = Readonly<{ cert: string; key: string }>;

/**
 * Checks that both halves are PEM, belong together and have not expired at `nowMs`.
 * Fails with HEDDLE_CREDENTIAL_INVALID or _EXPIRED; `names` are what the message calls them.
 */
export function checkPair(
  pair: Readonly<{ cert: string; key: string }>,
  names: PairNames,
  nowMs: number,
): CertificatePair {
  const certificate = certificateOf(pair.cert, names.cert);
  const key = keyOf(pair.key, names.key);
  if (!certificate.checkPrivateKey(key))
    throw credentialError(
      "INVALID",
      `the key in ${names.key} does not belong to the certificate in ${names.cert} (${nameOf(certificate)}): give the two halves of one pair`,
    );
  const expiresAtMs = certificate.validToDate.getTime();
  if (expiresAtMs <= nowMs)
    throw credentialError(
      "EXPIRED",
      `the client certificate in ${names.cert} (${nameOf(certificate)}) expired at ${new Date(expiresAtMs).toISOString()}: renew it, or check this machine's clock (${new Date(nowMs).toISOString()})`,
      { details: { expiresAtMs } },
    );
  return { ...pair, expiresAtMs };
}

const certificateBlock =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** The certificates of an authority file, checked to be PEM. Fails with HEDDLE_CREDENTIAL_INVALID. */
export function checkAuthorities(pem: string, name: string): string {
  const blocks = pem.match(certificateBlock) ?? [];
  if (blocks.length === 0) throw notPem(name, "CERTIFICATE", pem);
  for (const block of blocks) certificateOf(block, name);
  return pem;
}

function certificateOf(pem: string, name: string): X509Certificate {
  if (!pem.includes("CERTIFICATE-----")) throw notPem(name, "CERTIFICATE", pem);
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw credentialError("INVALID", `${name} holds a damaged certificate: it cannot be parsed`, { cause });
  }
}

function keyOf(pem: string, name: string): KeyObject {
  if (!pem.includes("PRIVATE KEY-----")) throw notPem(name, "PRIVATE KEY", pem);
  if (pem.includes("ENCRYPTED"))
    throw credentialError(
      "INVALID",
      `the key in ${name} is encrypted with a passphrase: nobody is there to type it; decrypt it (openssl pkey) or use an exec plugin`,
    );
  try {
    return createPrivateKey(pem);
  } catch {
    throw credentialError("INVALID", `${name} holds a damaged private key: it cannot be parsed`);
  }
}

function notPem(name: string, wanted: string, found: string) {
  const blocks = [...found.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, kind]) => kind);
  const what = found.trim() === "" ? "is empty" : blocks.length > 0 ? `holds ${blocks.join(", ")}` : "is not PEM";
  return credentialError("INVALID", `${name} ${what}: expected PEM with "-----BEGIN ${wanted}-----"`);
}

const nameOf = (certificate: X509Certificate): string => certificate.subject.replaceAll("\n", ", ") || "no subject";
