import { type SecureContext } from "node:tls";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, connect, type Socket } from "node:net";
import { HeddleError, messageOf, systemCodeOf, UsageError } from "../../base/index.ts";
import { greet, refused } from "./socks5.ts";

/** A proxy of one cluster, from its proxy-url. `shown` is for people: without the password. */
export type Proxy = Readonly<{ url: URL; shown: string; kind: "http" | "socks5" }>;

/** What the proxy is to connect to. */
export type Destination = Readonly<{ host: string; port: number }>;

const kinds: Readonly<Record<string, Proxy["kind"]>> = {
  "http:": "http",
  "https:": "http",
  "socks5:": "socks5",
  "socks5h:": "socks5",
};

/** Takes http, https and socks5 URLs, with or without user name and password; a UsageError names what else it found. */
export function parseProxy(proxyUrl: string): Proxy {
  const url = URL.parse(proxyUrl);
  const kind = url === null ? undefined : kinds[url.protocol];
  if (url === null || kind === undefined || url.hostname === "") {
    const found = url === null ? "it is no URL" : `its scheme is ${url.protocol.slice(0, -1)}`;
    throw new UsageError(`the proxy-url cannot be used: ${found}; expected http://, https:// or socks5://host:port`);
  }
  return { url, kind, shown: `${url.protocol}//${url.host}` };
}

export type TunnelOptions = Readonly<{
  signal: AbortSignal;
  /** For an https proxy. */
  secureContext: () => SecureContext;
}>;

/**
 * A connection to `destination` through the proxy: CONNECT (RFC 9110 §9.3.6) or SOCKS5, which resolves the name too.
 * Fails with HEDDLE_CLUSTER_UNREACHABLE that names the proxy and what it said.
 */
export async function openTunnel(proxy: Proxy, destination: Destination, options: TunnelOptions): Promise<Socket> {
  const { signal } = options;
  try {
    return await (proxy.kind === "http" ? openByConnect : openBySocks)(proxy, destination, options);
  } catch (error) {
    const cause = signal.aborted ? signal.reason : error;
    const systemCode = systemCodeOf(cause);
    throw new HeddleError(
      `cannot reach ${hostPort(destination)} through the proxy ${proxy.shown}: ${messageOf(cause)}`,
      {
        code: "HEDDLE_CLUSTER_UNREACHABLE",
        retryable: cause instanceof HeddleError ? cause.retryable : true,
        cause,
        details: { ...(systemCode !== undefined && { systemCode }) },
      },
    );
  }
}

function openByConnect(
  { url }: Proxy,
  destination: Destination,
  { signal, secureContext }: TunnelOptions,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const path = hostPort(destination);
  const auth = basicAuth(url);
  const secure = url.protocol === "https:";
  const request = (secure ? httpsRequest : httpRequest)({
    host: bare(url.hostname),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    method: "CONNECT",
    path,
    headers: { host: path, ...(auth !== undefined && { "proxy-authorization": auth }) },
    agent: false,
    signal,
    ...(secure && { secureContext: secureContext() }),
  });
  request.once("connect", (answer, socket, head) => {
    if (answer.statusCode !== 200) {
      socket.destroy();
      reject(
        refused(
          `it answered ${answer.statusCode} ${answer.statusMessage ?? ""}`.trimEnd(),
          (answer.statusCode ?? 0) >= 500,
        ),
      );
      return;
    }
    if (head.length > 0) socket.unshift(head);
    resolve(socket as Socket);
  });
  request.once("error", reject);
  request.end();
  return promise;
}

async function openBySocks({ url }: Proxy, destination: Destination, { signal }: TunnelOptions): Promise<Socket> {
  const socket = connect({ host: bare(url.hostname), port: url.port === "" ? 1080 : Number(url.port) });
  const onAbort = (): void => void socket.destroy(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await greet(socket, destination, credentialsOf(url));
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function credentialsOf(url: URL): Readonly<{ username: string; password: string }> | undefined {
  if (url.username === "" && url.password === "") return undefined;
  return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

function basicAuth(url: URL): string | undefined {
  const known = credentialsOf(url);
  return known && `Basic ${Buffer.from(`${known.username}:${known.password}`).toString("base64")}`;
}

const hostPort = ({ host, port }: Destination): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** "[::1]" of a URL as an address. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");
