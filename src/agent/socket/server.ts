import { once } from "node:events";
import { chmod, lstat, mkdir, rename, rm } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { type Clock, HeddleError, type Logger, messageOf } from "../../base/index.ts";
import { type Connection, type ConnectionDeps, type ConnectionLimits, serveConnection } from "./connection.ts";

export type SocketServerDeps = Pick<ConnectionDeps, "answer"> & Readonly<{ logger: Logger; clock: Clock }>;

export type SocketServerOptions = Readonly<{
  path: string;
  /** Default 5 s for the request to come, 5 s for the answer to be taken. */
  limits?: ConnectionLimits;
  /** Connections at one time; one more is closed at once. Default 1,024. */
  connectionsLimit?: number;
  /** Bytes of requests that have not come whole yet, of all connections. Default 64 MiB. */
  unfinishedBytesLimit?: number;
  /** How long the end waits for requests that are being answered. Default 10 s. */
  endMs?: number;
}>;

/** The agent's socket while it listens. Its end takes the socket away first, so that nobody else comes. */
export type SocketServer = AsyncDisposable & Readonly<{ path: string; connections(): number }>;

const defaults = {
  limits: { requestMs: 5_000, answerMs: 5_000 },
  connectionsLimit: 1_024,
  unfinishedBytesLimit: 64 << 20,
  endMs: 10_000,
} as const;

/** sockaddr_un's, without the byte that ends it. */
const pathLimitBytes = 107;

/**
 * Listens on a unix socket of mode 0600. Fails with HEDDLE_AGENT_RUNNING when another agent answers there, and with
 * HEDDLE_AGENT_SOCKET_FAILED.
 */
export async function createSocketServer(deps: SocketServerDeps, given: SocketServerOptions): Promise<SocketServer> {
  const options = { ...defaults, ...given };
  const connections = new Map<Socket, Connection>();
  const shared = connectionDeps(deps, options);
  const server = createServer((socket) => {
    const connection = serveConnection(socket, shared);
    connections.set(socket, connection);
    void connection.done.then(() => connections.delete(socket));
  });
  server.maxConnections = options.connectionsLimit;
  server.on("drop", () => shared.onLost(`${options.connectionsLimit} clients are connected already`));
  const takeAway = await listenAt(server, options.path);
  return {
    path: options.path,
    connections: () => connections.size,
    async [Symbol.asyncDispose]() {
      await takeAway();
      server.close();
      for (const connection of connections.values()) connection.endIdle();
      const running = [...connections.values()];
      const cancel = deps.clock.after(options.endMs, () => {
        for (const connection of running) connection.abort(new Error("the agent ends"));
      });
      await Promise.all(running.map(({ done }) => done));
      cancel();
    },
  };
}

type Settled = Required<SocketServerOptions>;

function connectionDeps({ answer, clock, logger }: SocketServerDeps, options: Settled): ConnectionDeps {
  let unfinishedBytes = 0;
  return {
    answer,
    clock,
    limits: options.limits,
    reserve(bytes) {
      if (bytes > 0 && unfinishedBytes + bytes > options.unfinishedBytesLimit) return false;
      unfinishedBytes += bytes;
      return true;
    },
    onLost: (reason) => logger.warn({ reason }, "a client of the agent's socket got no answer"),
  };
}

/**
 * Binds beside the path and moves it there: whoever finds the socket finds it with its mode and with someone behind it.
 * Answers how to take it away, if it is still this one.
 */
async function listenAt(server: Server, path: string): Promise<() => Promise<void>> {
  const temporary = join(dirname(path), `.${process.pid}.sock`);
  if (Buffer.byteLength(temporary) > pathLimitBytes || Buffer.byteLength(path) > pathLimitBytes)
    throw failed(path, `a socket's path has at most ${pathLimitBytes} bytes`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await refuseLive(path);
    await rm(temporary, { force: true });
    server.listen({ path: temporary, backlog: 1_024 });
    await once(server, "listening");
    await chmod(temporary, 0o600);
    const { ino } = await lstat(temporary);
    await rename(temporary, path);
    return async () => {
      const found = await lstat(path).catch(() => undefined);
      if (found?.ino === ino) await rm(path, { force: true });
    };
  } catch (error) {
    server.close();
    if (error instanceof HeddleError) throw error;
    throw failed(path, messageOf(error), error);
  }
}

const failed = (path: string, why: string, cause?: unknown): HeddleError =>
  new HeddleError(`cannot listen on ${path}: ${why}`, { code: "HEDDLE_AGENT_SOCKET_FAILED", cause });

async function refuseLive(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw failed(path, "there is something else than a socket; give another --socket");
  const socket = createConnection({ path });
  try {
    await once(socket, "connect");
  } catch {
    // Left behind by an agent that was killed.
    return;
  } finally {
    socket.destroy();
  }
  throw new HeddleError(
    `another agent listens on ${path}; end it first, or give this one another --socket and --data`,
    { code: "HEDDLE_AGENT_RUNNING" },
  );
}
