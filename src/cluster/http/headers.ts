import { type ClusterAccess, type CredentialValue, type Impersonation } from "../access.ts";
import { type WireRequest } from "./exchange.ts";

export type HeaderQuestion = Readonly<{
  access: Pick<ClusterAccess, "impersonate">;
  credential: CredentialValue;
  userAgent: string;
  accept: string;
  contentType?: string | undefined;
  gzip: boolean;
}>;

/** The headers of one request. Holds the credential: never logged. */
export function requestHeaders(question: HeaderQuestion): WireRequest["headers"] {
  const { access, credential, userAgent, accept, contentType, gzip } = question;
  return {
    accept,
    "user-agent": userAgent,
    ...(gzip && { "accept-encoding": "gzip" }),
    ...(contentType !== undefined && { "content-type": contentType }),
    ...authorization(credential),
    ...(access.impersonate && impersonation(access.impersonate)),
  };
}

/** A bearer token wins over a user name, as in client-go. */
export function authorization({ token, basic }: CredentialValue): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (basic === undefined) return {};
  const pair = Buffer.from(`${basic.username}:${basic.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export function impersonation({ user, uid, groups, extra }: Impersonation): WireRequest["headers"] {
  const fields = Object.entries(extra).map(([key, values]) => [`impersonate-extra-${escapeExtraKey(key)}`, values]);
  return {
    "impersonate-user": user,
    ...(uid !== undefined && { "impersonate-uid": uid }),
    ...(groups.length > 0 && { "impersonate-group": groups }),
    ...Object.fromEntries(fields),
  };
}

/** Lower case with what a header name may not hold percent-encoded, as client-go does. */
const escapeExtraKey = (key: string): string =>
  [...Buffer.from(key.toLowerCase())]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9!#$&'*+.^_`|~-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
