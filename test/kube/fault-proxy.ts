import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { Agent, request as requestHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { pipeline } from "node:stream";
import { connect as connectTls } from "node:tls";
import { createBodyFault, isBodyFault } from "./body-fault.ts";
import { createAuthority } from "./certificate.ts";
import { type Fault, type FaultRule, type Injected, type ProxiedRequest, statusOf } from "./fault.ts";
import { type Relay, startRelay } from "./relay.ts";

export type FaultProxyOptions = Readonly<{
  /** The API server: "https://198.18.1.1:6443". */
  server: string;
  /** PEM of its authority. */
  ca: string;
  /** Offers HTTP/1.1 only, as many corporate proxies do. */
  http1Only?: boolean;
}>;

/**
 * An API server that lies where it is told to, in front of the real one. It ends TLS with a certificate of its own, so
 * clients come with tokens (the Authorization header is passed on); client certificates do not pass.
 * The transport's faults (`cut`, `halfOpen` …) are the relay's before it.
 */
export type FaultProxy = Omit<Relay, "host" | "port"> &
  Readonly<{
    /** "https://127.0.0.1:…" */
    server: string;
    /** PEM of the authority to trust for it. */
    ca: string;
    inject(rule: FaultRule): Injected;
    /** GOAWAY (NO_ERROR) on every HTTP/2 connection: streams that run go on, new ones need a new connection. */
    goAway(): void;
    /** Every request that came, in order, for tests that count. */
    requests(): readonly ProxiedRequest[];
  }>;

/** Listens on a free port of 127.0.0.1, HTTP/2 and HTTP/1.1 by ALPN. */
export async function startFaultProxy({ server, ca, http1Only = false }: FaultProxyOptions): Promise<FaultProxy> {
  const authority = createAuthority("fault proxy");
  const identity = authority.issue({ commonName: "fault proxy", hosts: ["127.0.0.1", "localhost", "::1"] });
  const upstream: Upstream = {
    url: new URL(server),
    ca,
    agent: new Agent({ keepAlive: true, ca, maxSockets: Infinity }),
  };
  const rules = createRules();
  const requests: ProxiedRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const https = createSecureServer({
    ...identity,
    allowHTTP1: true,
    ALPNProtocols: http1Only ? ["http/1.1"] : ["h2", "http/1.1"],
    settings: { maxConcurrentStreams: 250 },
  });
  https.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.on("error", () => {});
  });
  https.on("request", (request, response) => {
    const seen = describe(request);
    requests.push(seen);
    void handle({ request, response, upstream, fault: rules.strike(seen) });
  });
  https.on("upgrade", (request: IncomingMessage, socket: Socket) => tunnel(request, socket, upstream));
  https.on("tlsClientError", () => {});
  const sockets = new Set<Socket>();
  https.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  const relay = await startRelay({ host: "127.0.0.1", port: (https.address() as AddressInfo).port });
  return {
    ...relay,
    server: `https://127.0.0.1:${relay.port}`,
    ca: authority.cert,
    inject: rules.inject,
    goAway: () => sessions.forEach((session) => session.goaway(0, 2 ** 31 - 1)),
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await closeServer(https, sockets);
      upstream.agent.destroy();
    },
  };
}

type Upstream = Readonly<{ url: URL; ca: string; agent: Agent }>;

async function closeServer(https: Http2SecureServer, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(https, "close");
  https.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}

type Rules = Readonly<{ inject(rule: FaultRule): Injected; strike(request: ProxiedRequest): Fault | undefined }>;

/** The first rule that matches and is not used up strikes. */
function createRules(): Rules {
  const active: { rule: FaultRule; hits: number }[] = [];
  return {
    inject(rule) {
      const entry = { rule, hits: 0 };
      active.push(entry);
      return {
        hits: () => entry.hits,
        remove() {
          const index = active.indexOf(entry);
          if (index !== -1) active.splice(index, 1);
        },
      };
    },
    strike(request) {
      const entry = active.find(
        ({ rule, hits }) => hits < (rule.times ?? Infinity) && (rule.match === undefined || rule.match(request)),
      );
      if (entry === undefined) return undefined;
      entry.hits += 1;
      return entry.rule.fault;
    },
  };
}

function describe(request: Http2ServerRequest): ProxiedRequest {
  const { pathname, searchParams } = new URL(request.url, "https://proxy");
  const watch = ["true", "1"].includes(searchParams.get("watch") ?? "");
  return { method: request.method, path: pathname, query: searchParams, watch, httpVersion: request.httpVersion };
}

type Exchange = Readonly<{
  request: Http2ServerRequest;
  response: Http2ServerResponse;
  upstream: Upstream;
  fault: Fault | undefined;
}>;

async function handle(exchange: Exchange): Promise<void> {
  const { request, response, fault } = exchange;
  response.on("error", () => {});
  request.on("error", () => {});
  if (fault?.kind === "answer") return answer(response, fault);
  if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === "goAway") sayGoAway(request, response);
  pass(exchange);
}

function answer(response: Http2ServerResponse, fault: Extract<Fault, { kind: "answer" }>): void {
  const { status, reason, retryAfterSeconds, body = JSON.stringify(statusOf(status, reason)) } = fault;
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  });
  response.end(body);
}

function sayGoAway(request: Http2ServerRequest, response: Http2ServerResponse): void {
  if (request.httpVersionMajor < 2) response.setHeader("connection", "close");
  else request.stream.session?.goaway(0, 2 ** 31 - 1);
}

/** HTTP/1.1 upstream whatever the client speaks: one connection a stream, so that nothing here couples two streams. */
function pass({ request, response, upstream, fault }: Exchange): void {
  const { url, agent } = upstream;
  const options = { agent, method: request.method, path: request.url, headers: passedOn(request.headers, fault) };
  const call = requestHttps({ ...options, host: url.hostname, port: url.port });
  const reset = (): void => abandon(request, response);
  call.on("error", () => (response.headersSent ? reset() : answer(response, { kind: "answer", status: 503 })));
  // The client may stop reading a watch at any time: the API server must hear of it.
  response.on("close", () => call.destroy());
  call.on("response", (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, returned(incoming.headers, request, fault));
    // HTTP/1.1 keeps the head back for the body, and a watch's first line may take minutes.
    if ("flushHeaders" in response && typeof response.flushHeaders === "function") response.flushHeaders();
    const ended = (error?: Error | null): void => void (error && reset());
    if (fault !== undefined && isBodyFault(fault))
      pipeline(
        incoming,
        createBodyFault(fault, () => whenFlushed(response, reset)),
        response,
        ended,
      );
    else pipeline(incoming, response, ended);
  });
  request.pipe(call);
}

/** A reset overtakes what is still queued: the bytes before it are to arrive. */
function whenFlushed(response: Http2ServerResponse, action: () => void): void {
  setImmediate(() => (response.writableLength > 0 ? whenFlushed(response, action) : setImmediate(action)));
}

function abandon(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const internalError = 2;
  if (request.httpVersionMajor >= 2) response.stream.close(internalError);
  else request.socket.destroy();
}

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "host",
  "http2-settings",
]);

function passedOn(headers: IncomingHttpHeaders, fault: Fault | undefined): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith(":") && !hopByHop.has(name));
  // A fault in a compressed body would be noise, not a line.
  const plain = fault !== undefined && isBodyFault(fault) ? kept.filter(([name]) => name !== "accept-encoding") : kept;
  return Object.fromEntries(plain);
}

function returned(
  headers: IncomingHttpHeaders,
  request: Http2ServerRequest,
  fault: Fault | undefined,
): IncomingHttpHeaders {
  const changesLength = fault?.kind === "garbage" || (fault?.kind === "truncate" && fault.ending === "end");
  return {
    ...Object.fromEntries(
      Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !(changesLength && name === "content-length")),
    ),
    ...(fault?.kind === "goAway" && request.httpVersionMajor < 2 && { connection: "close" }),
  };
}

/** WebSocket (exec, attach, port-forward): the request's head is written again, then bytes both ways. */
function tunnel(request: IncomingMessage, client: Socket, { url, ca }: Upstream): void {
  const server = connectTls({ host: url.hostname, port: Number(url.port), ca, ALPNProtocols: ["http/1.1"] }, () => {
    const lines = [`${request.method} ${request.url} HTTP/1.1`, `host: ${url.host}`];
    for (let index = 0; index < request.rawHeaders.length; index += 2) {
      const name = request.rawHeaders[index] ?? "";
      if (name.toLowerCase() !== "host") lines.push(`${name}: ${request.rawHeaders[index + 1]}`);
    }
    server.write(`${lines.join("\r\n")}\r\n\r\n`);
    pipeline(server, client, () => client.destroy());
    pipeline(client, server, () => server.destroy());
  });
  server.on("error", () => client.destroy());
  client.on("error", () => server.destroy());
}
