import { type Credential, type CredentialValue } from "../access.ts";
import { guarded } from "./secret.ts";

/** The value with every secret in it hidden from console.log, util.inspect and JSON.stringify. */
export function guardedValue(value: CredentialValue): CredentialValue {
  const { basic, certificate } = value;
  const hidden = (): string => "[redacted]";
  const whole = {
    ...value,
    ...(basic && { basic: guarded({ ...basic }, hidden) }),
    ...(certificate && { certificate: guarded({ ...certificate }, hidden) }),
  };
  return guarded(whole, () => Object.fromEntries(Object.keys(value).map((key) => [key, hidden()])));
}

/** True when what was `refused` is what `part` gave: the tokens decide where both have one, else the certificates. */
export function isRefused(part: CredentialValue, refused: CredentialValue): boolean {
  if (part.token !== undefined && refused.token !== undefined) return part.token === refused.token;
  return part.certificate === undefined || part.certificate.cert === refused.certificate?.cert;
}

/** A credential that stays what it is. */
export function createFixedCredential(description: string, value: CredentialValue): Credential {
  const kept = guardedValue(value);
  return {
    description,
    async get(signal) {
      signal?.throwIfAborted();
      return kept;
    },
    invalidate() {},
  };
}

/** No credential: the server sees system:anonymous. */
export const anonymous: Credential = createFixedCredential("no credential", {});

/** Several parts as one, as a user may have a client certificate and a token; later ones win. None: anonymous. */
export function combineCredentials(parts: readonly Credential[]): Credential {
  const [first = anonymous, ...rest] = parts;
  if (rest.length === 0) return first;
  return {
    description: parts.map(({ description }) => description).join(" and "),
    async get(signal) {
      const values = await Promise.all(parts.map((part) => part.get(signal)));
      return guardedValue(Object.assign({}, ...values) as CredentialValue);
    },
    invalidate(refused) {
      for (const part of parts) part.invalidate(refused);
    },
  };
}
