import { once } from "node:events";
import { type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type Settings,
} from "node:http2";
import { type AddressInfo, type Server, type Socket } from "node:net";
import { type Duplex } from "node:stream";
import { type TlsOptions } from "node:tls";

export type KeyPair = Readonly<{ cert: string; key: string }>;

/** node:http2's compatibility request and response: the same for HTTP/1.1 and HTTP/2. */
export type Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

export type LocalServerOptions = Readonly<{
  keys: KeyPair;
  handler: Handler;
  http1Only?: boolean;
  settings?: Settings;
  tls?: TlsOptions;
  /** For WebSockets; HTTP/1.1 only. */
  onUpgrade?: (request: IncomingMessage, socket: Duplex) => void;
}>;

/** A TLS server on loopback that answers as a test wants. */
export type LocalServer = AsyncDisposable &
  Readonly<{
    port: number;
    url: string;
    /** Connections that are open now. */
    connections: ReadonlySet<Socket>;
    /** HTTP/2 sessions that are open now, in the order of their beginning. */
    sessions: ReadonlySet<ServerHttp2Session>;
    requests: readonly string[];
  }>;

/** Listens on a free port of 127.0.0.1. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { keys, handler, http1Only = false, settings, tls, onUpgrade } = options;
  const requests: string[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const connections = new Set<Socket>();
  const server = http1Only
    ? createHttpsServer({ ...tls, ...keys, ALPNProtocols: ["http/1.1"] })
    : createSecureServer({ ...tls, ...keys, allowHTTP1: true, ...(settings && { settings }) });
  const emitter: Server = server as unknown as Server;
  emitter.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    handler(request, response);
  });
  emitter.on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session)).on("error", () => {});
  });
  emitter.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    requests.push(`${request.method} ${request.url}`);
    onUpgrade?.(request, socket);
  });
  emitter.on("secureConnection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket)).on("error", () => {});
  });
  emitter.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    connections,
    sessions,
    requests,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      for (const socket of connections) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
