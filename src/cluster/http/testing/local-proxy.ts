import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type Duplex } from "node:stream";
import { type KeyPair } from "./local-server.ts";

/** A proxy on loopback that connects to anything, and remembers to what. */
export type LocalProxy = AsyncDisposable &
  Readonly<{
    port: number;
    /** "host:port" of each connection asked for, with the user when one was given. */
    asked: readonly string[];
  }>;

export type LocalProxyOptions = Readonly<{
  /** TLS towards the client (http proxies only). */
  keys?: KeyPair;
  /** "user:password" that it wants. */
  login?: string;
  /** Where to connect to instead of what was asked: names that nobody can resolve. */
  targetPort?: number;
}>;

/** Speaks CONNECT (RFC 9110 §9.3.6). */
export async function startHttpProxy(options: LocalProxyOptions = {}): Promise<LocalProxy> {
  const asked: string[] = [];
  const server = options.keys ? createHttpsServer(options.keys) : createHttpServer();
  server.on("connect", (request: IncomingMessage, client: Duplex) => {
    const given = request.headers["proxy-authorization"]?.replace("Basic ", "") ?? "";
    const login = Buffer.from(given, "base64").toString();
    asked.push(login === "" ? (request.url ?? "") : `${login}@${request.url}`);
    if (options.login !== undefined && login !== options.login)
      return void client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const [host = "", port] = splitHostPort(request.url ?? "");
    pipe(client, connect(options.targetPort ?? Number(port), options.targetPort ? "127.0.0.1" : host), () =>
      client.write("HTTP/1.1 200 Connection established\r\n\r\n"),
    );
  });
  return listening(server, asked);
}

/** Speaks SOCKS5 (RFC 1928) as far as a client of TCP needs it. */
export async function startSocksProxy(options: LocalProxyOptions = {}): Promise<LocalProxy> {
  const asked: string[] = [];
  const server = createServer((client) => {
    client.on("error", () => {});
    void serveSocks(client, options, asked).catch(() => client.destroy());
  });
  return listening(server, asked);
}

async function serveSocks(client: Socket, { login, targetPort }: LocalProxyOptions, asked: string[]): Promise<void> {
  const [, count = 0] = await read(client, 2);
  const methods = await read(client, count);
  const method = login === undefined ? 0 : 2;
  if (!methods.includes(method)) return void client.end(Buffer.of(5, 0xff));
  client.write(Buffer.of(5, method));
  let user = "";
  if (login !== undefined) {
    const [, nameLength = 0] = await read(client, 2);
    const name = (await read(client, nameLength)).toString();
    const [passwordLength = 0] = await read(client, 1);
    user = `${name}:${(await read(client, passwordLength)).toString()}`;
    client.write(Buffer.of(1, user === login ? 0 : 1));
    if (user !== login) return void client.end();
  }
  const [, , , kind] = await read(client, 4);
  const host = await readHost(client, kind ?? 0);
  const port = (await read(client, 2)).readUInt16BE();
  asked.push(`${user === "" ? "" : `${user}@`}${host}:${port}`);
  if (host === "forbidden.example") return void client.end(Buffer.of(5, 2, 0, 1, 0, 0, 0, 0, 0, 0));
  pipe(client, connect(targetPort ?? port, targetPort ? "127.0.0.1" : host), () =>
    client.write(Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 80)),
  );
}

async function readHost(client: Socket, kind: number): Promise<string> {
  if (kind === 1) return [...(await read(client, 4))].join(".");
  if (kind === 4) return (await read(client, 16)).toString("hex");
  const [length = 0] = await read(client, 1);
  return (await read(client, length)).toString();
}

async function read(socket: Socket, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read(length) as Buffer | null;
    if (chunk !== null) return chunk;
    if (socket.readableEnded || socket.destroyed) throw new Error("closed");
    await once(socket, "readable");
  }
}

function pipe(client: Duplex, target: Socket, onOpen: () => void): void {
  for (const [one, other] of [
    [client, target],
    [target, client],
  ] as const)
    one.on("error", () => {}).on("close", () => other.destroy());
  target.once("connect", () => {
    onOpen();
    client.pipe(target);
    target.pipe(client);
  });
}

async function listening(server: Server, asked: readonly string[]): Promise<LocalProxy> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const splitHostPort = (text: string): readonly string[] => {
  const at = text.lastIndexOf(":");
  return [text.slice(0, at).replace(/^\[|\]$/g, ""), text.slice(at + 1)];
};
