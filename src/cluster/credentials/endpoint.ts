import { readFile } from "node:fs/promises";
import { type ClusterAccess, type TlsAccess } from "../access.ts";
import { credentialError, readFailure } from "./failures.ts";
import { checkAuthorities } from "./pem.ts";
import { guarded, withoutPassword } from "./secret.ts";

/** How a mistake is told: the caller adds where it stands, and makes it a UsageError. */
export type Refuse = (problem: string) => Error;

/**
 * The base URL of an API server, without a trailing slash, query and fragment. A bare "host:port" is plain http, as in
 * kubectl. Credentials in a URL are refused.
 */
export function checkServer(written: string, refuse: Refuse): string {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`);
  const expected = "expected https://host:port, with a path where a proxy wants one";
  if (url === null) throw refuse(`the server is no URL: ${expected}`);
  if (url.username !== "" || url.password !== "")
    throw refuse(
      `the server's URL carries a user name or a password (${withoutPassword(url.href)}): give them as the user's credential`,
    );
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refuse(`the server ${written} is of scheme "${url.protocol.slice(0, -1)}": ${expected}`);
  return `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, "");
}

/** A proxy's URL: http, https and socks5, as client-go takes them. */
export function checkProxy(written: string, refuse: Refuse): string {
  const url = URL.parse(written);
  if (url === null || url.host === "")
    throw refuse("proxy-url is no URL: expected http://, https:// or socks5:// and host:port");
  if (["http:", "https:", "socks5:"].includes(url.protocol)) return written;
  throw refuse(`proxy-url is of scheme "${url.protocol.slice(0, -1)}": expected http, https or socks5`);
}

export type TlsSource = Readonly<{
  ca?: string | undefined;
  caFile?: string | undefined;
  serverName?: string | undefined;
  insecure: boolean;
  /** What the keys are called where this was written: "certificate-authority". */
  names: Readonly<{ ca: string; caFile: string; insecure: string }>;
}>;

/**
 * Whom to trust. `insecure` together with an authority is refused, as client-go does: one of them is a mistake.
 * Fails with HEDDLE_CREDENTIAL_FILE or _INVALID when the authority's file cannot be used.
 */
export async function readTls(source: TlsSource, refuse: Refuse): Promise<TlsAccess> {
  const { ca, caFile, serverName, insecure, names } = source;
  if (ca !== undefined && caFile !== undefined)
    throw refuse(`both ${names.ca} and ${names.caFile} are given: keep one`);
  if (insecure && (ca !== undefined || caFile !== undefined))
    throw refuse(
      `${names.insecure} is given together with ${ca === undefined ? names.caFile : names.ca}: nothing would be checked against it; keep one`,
    );
  const pem = caFile === undefined ? ca : await readAuthorities(caFile, names.caFile);
  const name = caFile === undefined ? names.ca : `${names.caFile} ${caFile}`;
  return {
    insecure,
    ...(pem !== undefined && { ca: checkAuthorities(pem, name) }),
    ...(serverName !== undefined && { serverName }),
  };
}

async function readAuthorities(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw credentialError("FILE", `cannot read the ${name} ${file}: ${readFailure(cause)}`, { cause, retryable: true });
  }
}

/** What is said of a connection that is less safe than it looks. */
export function warningsOf(server: string, tls: TlsAccess, name: string): readonly string[] {
  if (server.startsWith("http:")) return [`${server} is plain http: nothing is encrypted, and no credential is sent`];
  if (!tls.insecure) return [];
  return [
    `certificate verification is off (${name}): whoever sits between can read and change everything, credentials included`,
  ];
}

/** A ClusterAccess that shows no secret when it is printed: neither its credential's nor its proxy's password. */
export function createAccess<T extends ClusterAccess>(access: T): T {
  const { proxyUrl, credential, tls } = access;
  return guarded({ ...access }, () => ({
    ...access,
    tls: { ...tls, ...(tls.ca !== undefined && { ca: "[certificates]" }) },
    credential: credential.description,
    ...(proxyUrl !== undefined && { proxyUrl: withoutPassword(proxyUrl) }),
  }));
}
