import { type ClientHttp2Session, connect } from "node:http2";
import { type Socket } from "node:net";
import { type Clock } from "../../base/index.ts";
import { type Job } from "./exchange.ts";
import { runStream } from "./http2-stream.ts";
import { keepAlive } from "./liveness.ts";

export type Http2SessionOptions = Readonly<{
  origin: string;
  clock: Clock;
  pingIntervalMs: number;
  /** How much of one stream the server may send before it is read. */
  streamWindowBytes: number;
  /** Streams at a time, where the server allows as many. */
  maxStreams: number;
  /** Who waits should look again: a stream ended, or the server told how many it allows. */
  onRoom: () => void;
  /** The connection is gone. */
  onClosed: () => void;
}>;

/** One HTTP/2 connection (RFC 9113). */
export type Http2Session = Readonly<{
  /** False from GOAWAY, the idle timeout or a failure on: it finishes what it has. */
  isOpen(): boolean;
  /** True when `start` may be called. */
  hasRoom(): boolean;
  /** False until the server told how many streams it allows: until then there is room for one. */
  isSettled(): boolean;
  start(job: Job): void;
  /** Finishes what it has. */
  close(): void;
  /** Breaks what it has with `error`. */
  destroy(error: Error): void;
}>;

const megabyte = 1024 * 1024;
/** client-go keeps an idle connection as long. */
const idleTimeoutMs = 90_000;

/**
 * Speaks HTTP/2 on a connected socket. node:http2 gives the connection's window back as soon as bytes arrive, so a
 * stream that nobody reads holds back its own window and no other stream. An idle session does not keep the process
 * alive, and closes after a while.
 */
export function createHttp2Session(socket: Socket, options: Http2SessionOptions): Http2Session {
  const { clock, maxStreams, onRoom, onClosed } = options;
  const session = openSession(socket, options);
  let allowedStreams = 1;
  let settled = false;
  let streams = 0;
  let cancelIdle = (): void => {};

  const isOpen = (): boolean => !session.closed && !session.destroyed;
  const idle = (): void => {
    session.unref();
    cancelIdle = clock.after(idleTimeoutMs, () => session.close());
  };
  session.on("remoteSettings", ({ maxConcurrentStreams = maxStreams }) => {
    settled = true;
    // A server that allows none for now makes its one stream wait instead of every request.
    allowedStreams = Math.max(1, Math.min(maxStreams, maxConcurrentStreams));
    onRoom();
  });
  // Streams tell their own errors.
  session.on("error", () => {});
  session.on("close", () => {
    cancelIdle();
    onClosed();
  });
  keepAlive(socket, {
    clock,
    intervalMs: options.pingIntervalMs,
    ping: () => ping(session),
    cut: (error) => session.destroy(error),
  });
  idle();
  return {
    isOpen,
    hasRoom: () => isOpen() && streams < allowedStreams,
    isSettled: () => settled,
    start(job) {
      streams += 1;
      cancelIdle();
      session.ref();
      runStream(session, job, () => {
        streams -= 1;
        if (streams === 0 && !session.destroyed) idle();
        onRoom();
      });
    },
    close: () => session.close(),
    destroy: (error) => session.destroy(error),
  };
}

/** After GOAWAY node:http2 sends no more pings; settings are acknowledged as well, and these say nothing new. */
function ping(session: ClientHttp2Session): void {
  if (session.destroyed) return;
  if (session.closed) session.settings({});
  else session.ping(() => {});
}

function openSession(socket: Socket, { origin, streamWindowBytes }: Http2SessionOptions): ClientHttp2Session {
  const session = connect(origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: streamWindowBytes },
    // In megabytes. Beyond Node's default of 10 it would refuse streams while others hold unread data.
    maxSessionMemory: 4096,
  });
  session.once("connect", () => session.setLocalWindowSize(16 * megabyte));
  return session;
}
