import { validateHeaderValue } from "node:http";
import { HeddleError } from "../../base/index.ts";
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

/** A bearer token wins over a user name, as in client-go. HEDDLE_CLUSTER_BAD_REQUEST for one with a line break. */
export function authorization({ token, basic }: CredentialValue): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: sendable("authorization", `Bearer ${token}`) };
  if (basic === undefined) return {};
  const pair = Buffer.from(`${basic.username}:${basic.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export function impersonation({ user, uid, groups, extra }: Impersonation): WireRequest["headers"] {
  const fields = Object.entries(extra).map(([key, values]) => {
    const name = `impersonate-extra-${escapeExtraKey(key)}`;
    return [name, values.map((value) => sendable(name, value))];
  });
  return {
    "impersonate-user": sendable("impersonate-user", user),
    ...(uid !== undefined && { "impersonate-uid": sendable("impersonate-uid", uid) }),
    ...(groups.length > 0 && { "impersonate-group": groups.map((group) => sendable("impersonate-group", group)) }),
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

/** Node writes headers as Latin-1; API servers read UTF-8. What no header may hold is refused without repeating it. */
function sendable(name: string, value: string): string {
  const bytes = Buffer.from(value).toString("latin1");
  try {
    validateHeaderValue(name, bytes);
  } catch {
    throw new HeddleError(`the header ${name} cannot be sent: its value holds a control character (a line break?)`, {
      code: "HEDDLE_CLUSTER_BAD_REQUEST",
    });
  }
  return bytes;
}
