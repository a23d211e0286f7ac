import { type ErrorCode } from "../base/index.ts";

/**
 * Who may use a route: anyone on this machine; whoever has the token; a browser that was let in, too, where it asks
 * questions ("page") or loads the console's files ("console").
 */
export type RouteAccess = "open" | "token" | "page" | "console";

/** What the guard looks at; headers as they came, undefined when missing. */
export type GuardFacts = Readonly<{
  method: string;
  access: RouteAccess;
  headers: Readonly<Partial<Record<GuardedHeader, string | undefined>>>;
  /** Values of Host that mean this server. */
  hosts: ReadonlySet<string>;
  isToken(shown: string): boolean;
  /** Whether a Cookie header holds the session of a browser that was let in. */
  isSession(cookie: string): boolean;
  /** The same for what it shows on every page. */
  isVisit(cookie: string): boolean;
}>;

export type GuardedHeader =
  | "host"
  | "origin"
  | "sec-fetch-site"
  | "sec-fetch-mode"
  | "content-type"
  | "authorization"
  | "cookie";

/** By what right a request is answered, or why it is not. */
export type Verdict =
  | Readonly<{ allowed: true; by: "open" | "token" | "session" | "visit" }>
  | Readonly<{ allowed: false; status: number; code: ErrorCode; message: string }>;

/**
 * Decides before anything else is done with a request. Pure. A browser that was tricked into asking for a foreign page
 * is stopped by Host (names that point here), Origin and Sec-Fetch-Site (pages of other origins, other local ports
 * included), and the type of what it posts (a form cannot send JSON); a program without the token by the token.
 */
export function guard(facts: GuardFacts): Verdict {
  return checkHost(facts) ?? checkOrigin(facts) ?? checkContentType(facts) ?? checkRight(facts);
}

const refuse = (status: number, code: ErrorCode, message: string): Verdict => ({
  allowed: false,
  status,
  code,
  message,
});

function checkHost({ headers, hosts }: GuardFacts): Verdict | undefined {
  const host = headers.host?.toLowerCase() ?? "";
  if (hosts.has(host)) return undefined;
  return refuse(
    403,
    "HEDDLE_SERVER_HOST_REFUSED",
    `the Host "${host}" is not this server's: expected ${[...hosts].join(" or ")}`,
  );
}

function checkOrigin({ method, access, headers }: GuardFacts): Verdict | undefined {
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${headers.host?.toLowerCase()}`)
    return refuse(403, "HEDDLE_SERVER_ORIGIN_REFUSED", `pages of "${origin}" may not ask this server`);
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  // A person may follow a link to the page, from a terminal that is a web page for one.
  if (access !== "token" && method === "GET" && headers["sec-fetch-mode"] === "navigate") return undefined;
  return refuse(403, "HEDDLE_SERVER_ORIGIN_REFUSED", `pages of other sites may not ask this server (${site})`);
}

function checkContentType({ method, headers }: GuardFacts): Verdict | undefined {
  if (!["POST", "PUT", "PATCH"].includes(method)) return undefined;
  const type = headers["content-type"];
  if (type !== undefined && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) return undefined;
  return refuse(
    415,
    "HEDDLE_SERVER_CONTENT_TYPE",
    `a ${method} must be application/json in UTF-8, this one is ${type === undefined ? "of no type" : `"${type}"`}`,
  );
}

function checkRight({ method, access, headers, isToken, isSession, isVisit }: GuardFacts): Verdict {
  if (access === "open") return { allowed: true, by: "open" };
  const shown = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
  if (shown !== undefined)
    return isToken(shown)
      ? { allowed: true, by: "token" }
      : refuse(401, "HEDDLE_SERVER_TOKEN_WRONG", "the token is not this server's: it has a new one after each start");
  // A browser always tells the origin of what it posts; whatever does not is no browser and has no business with cookies.
  const cookieCounts = access === "page" && (method === "GET" || headers.origin !== undefined);
  if (cookieCounts && isSession(headers.cookie ?? "")) return { allowed: true, by: "session" };
  if (access === "console" && isVisit(headers.cookie ?? "")) return { allowed: true, by: "visit" };
  return refuse(
    401,
    "HEDDLE_SERVER_TOKEN_MISSING",
    access !== "token"
      ? "this needs the server's token, or a browser that was let in by a one-time link: `heddle open` prints one"
      : "this needs the header Authorization: Bearer TOKEN, with the token of the server's token file",
  );
}
