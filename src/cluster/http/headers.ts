import { type ClusterAccess, type CredentialValue, type Impersonation } from "../access.ts";

export type HeaderQuestion = Readonly<{
  access: Pick<ClusterAccess, "impersonate">;
  credential: CredentialValue;
  userAgent: string;
  accept: string;
  contentType?: string | undefined;
  gzip: boolean;
}>;

/** The headers of one request. Holds the credential: never logged. */
export function requestHeaders(question: HeaderQuestion): Readonly<Record<string, string>> {
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
export function impersonation({ user, uid, groups, extra }: Impersonation): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { "Impersonate-User": user };
  if (uid !== undefined) headers["Impersonate-Uid"] = uid;
  groups.forEach((group, index) => (headers[spelling("Impersonate-Group", index)] = group));
  for (const [key, values] of Object.entries(extra)) {
    const name = `Impersonate-Extra-${escapeExtraKey(key)}`;
    values.forEach((value, index) => (headers[spelling(name, index)] = value));
  }
  return headers;
}

/**
 * The same header name in another spelling for each index. undici joins the values of one name with commas on HTTP/2,
 * which would make one group "a, b" of the groups a and b; names that differ in case stay apart until node:http2
 * writes them in lower case, one line each.
 */
function spelling(name: string, index: number): string {
  let bits = index;
  return name.toLowerCase().replaceAll(/[a-z]/g, (letter) => {
    const upper = bits % 2 === 1;
    bits = Math.floor(bits / 2);
    return upper ? letter.toUpperCase() : letter;
  });
}

/** Lower case with what a header name may not hold percent-encoded, as client-go does. */
const escapeExtraKey = (key: string): string =>
  [...Buffer.from(key.toLowerCase())]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9!#$&'*+.^_`|~-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
