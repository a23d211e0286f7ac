import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { type AddressInfo } from "node:net";
import { createAuthority } from "../tls/certificate.ts";

/** A request and what answers it, over HTTP/2 or HTTP/1.1. */
export type Exchange = Readonly<{ request: Http2ServerRequest; response: Http2ServerResponse }>;

export type Listening = AsyncDisposable & Readonly<{ port: number; authority: string }>;

/** Serves TLS on loopback with a certificate of its own. Disposing cuts every connection. */
export async function listen(port: number, answer: (exchange: Exchange) => void): Promise<Listening> {
  const authority = createAuthority("heddle simulated");
  const pair = authority.issue({ commonName: "simulated", hosts: ["127.0.0.1", "localhost", "::1"] });
  const settings = { maxConcurrentStreams: 1_000, initialWindowSize: 1 << 20 };
  const server = createSecureServer({ ...pair, allowHTTP1: true, settings }, (request, response) =>
    answer({ request, response }),
  );
  const sessions = openSessions(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    authority: authority.cert,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const close of sessions) close();
      await closed;
    },
  };
}

/** Everything that must be cut for the server to end. */
function openSessions(server: Http2SecureServer): ReadonlySet<() => void> {
  const open = new Set<() => void>();
  const keep = (closing: Readonly<{ once(event: "close", listener: () => void): unknown; destroy(): void }>): void => {
    const close = (): void => closing.destroy();
    open.add(close);
    closing.once("close", () => open.delete(close));
  };
  server.on("session", (session: ServerHttp2Session) => keep(session));
  server.on("secureConnection", keep);
  // A client that goes away in the middle is nothing that a server fails for.
  server.on("sessionError", () => {});
  server.on("clientError", () => {});
  return open;
}
