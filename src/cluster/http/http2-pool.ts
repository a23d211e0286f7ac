import { type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { type Clock } from "../../base/index.ts";
import { type Job } from "./exchange.ts";
import { createHttp2Session, type Http2Session } from "./http2-session.ts";

export type Http2PoolOptions = Readonly<{
  origin: string;
  clock: Clock;
  pingIntervalMs: number;
  streamWindowBytes: number;
  connect: () => Promise<Socket>;
  /** The server chose HTTP/1.1: these are the requests that wait. */
  onHttp1: (jobs: readonly Job[]) => void;
}>;

/** HTTP/2 connections to one server. */
export type Http2Pool = Readonly<{
  run(job: Job): void;
  /** Takes no more; what runs or waits goes on to its end. */
  close(): void;
  /** Breaks everything with `error`. */
  destroy(error: Error): void;
}>;

/** API servers allow 100 streams a connection by default; more connections are opened when those are taken. */
const maxStreams = 100;
const maxConnections = 64;

/**
 * Fills one connection before it opens the next, so that few are open. Requests wait, first come, first served, only
 * while a connection is being opened. A failure to connect fails those who wait; nothing of theirs was sent.
 */
export function createHttp2Pool(options: Http2PoolOptions): Http2Pool {
  const sessions = new Set<Http2Session>();
  let waiting: Job[] = [];
  let connecting = 0;
  let ended: Readonly<{ error?: Error }> | undefined;

  const takeWaiting = (): readonly Job[] => {
    const jobs = waiting;
    waiting = [];
    return jobs;
  };
  const roomy = (): Http2Session | undefined => {
    for (const session of sessions) if (session.hasRoom()) return session;
    return undefined;
  };
  const serve = (): void => {
    let served = 0;
    for (const job of waiting) {
      const session = job.answer.settled() ? undefined : roomy();
      if (session === undefined && !job.answer.settled()) break;
      session?.start(job);
      served += 1;
    }
    waiting.splice(0, served);
    if (waiting.length > 0) grow();
    else if (ended !== undefined) for (const session of sessions) session.close();
  };
  /** Enough connections for those who wait, once each has its full number of streams; one to begin with. */
  const grow = (): void => {
    const open = [...sessions].filter((session) => session.isOpen());
    const coming = connecting + open.filter((session) => !session.isSettled()).length;
    const limit = open.length === 0 ? 1 : maxConnections - open.length;
    const wanted = Math.min(limit - connecting, Math.ceil(waiting.length / maxStreams) - coming);
    for (let i = 0; i < wanted; i++) void connectOne();
  };
  const connectOne = async (): Promise<void> => {
    connecting += 1;
    try {
      const socket = await options.connect();
      connecting -= 1;
      if (ended?.error !== undefined) socket.destroy();
      else if (socket instanceof TLSSocket && socket.alpnProtocol === "h2") adopt(socket);
      else {
        socket.destroy();
        options.onHttp1(takeWaiting());
      }
    } catch (error) {
      connecting -= 1;
      for (const { answer } of takeWaiting()) answer.fail(error, "not sent");
    }
  };
  const adopt = (socket: Socket): void => {
    const session = createHttp2Session(socket, {
      ...options,
      maxStreams,
      onRoom: serve,
      onClosed() {
        sessions.delete(session);
        serve();
      },
    });
    sessions.add(session);
    serve();
  };
  return {
    run(job) {
      waiting.push(job);
      serve();
    },
    close() {
      ended ??= {};
      serve();
    },
    destroy(error) {
      ended = { error };
      for (const { answer } of takeWaiting()) answer.fail(error, "not sent");
      for (const session of sessions) session.destroy(error);
    },
  };
}
