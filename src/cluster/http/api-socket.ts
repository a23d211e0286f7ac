import { type Duplex } from "node:stream";
import type { MessageEvent } from "undici";
import { type Clock, HeddleError } from "../../base/index.ts";
import { type ApiSocket } from "../api-client.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { type OpenedWebSocket } from "./web-socket.ts";

export type ApiSocketOptions = Readonly<{
  clock: Clock;
  pingIntervalMs: number;
  /** Begins the messages of errors. */
  asked: string;
  signal: AbortSignal | undefined;
}>;

/** Unread messages beyond this stop the reading from the connection, so that TCP tells the server to wait. */
const pauseAboveBytes = 1024 * 1024;
/** How long the server may take to answer our close before the connection is cut. */
const closeGraceMs = 1_000;

/** An opened WebSocket as the port gives it, with back-pressure both ways, which undici's own has not. */
export function apiSocket(opened: OpenedWebSocket, options: ApiSocketOptions): ApiSocket {
  const { socket, connection } = opened;
  const { clock, signal } = options;
  const incoming = createIncoming(connection);
  const closed = Promise.withResolvers<void>();
  const onAbort = (): void => {
    incoming.finish({ error: signal?.reason });
    connection.destroy();
  };
  const heartbeat = startHeartbeat(opened, { ...options, isPaused: incoming.isPaused });

  socket.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer | string>) =>
    incoming.push(typeof data === "string" ? Buffer.from(data) : new Uint8Array(data)),
  );
  socket.addEventListener("error", () => {});
  socket.addEventListener("close", ({ code, reason, wasClean }) => {
    heartbeat.stop();
    signal?.removeEventListener("abort", onAbort);
    incoming.finish(closeOutcome({ code, reason, wasClean }, options.asked));
    closed.resolve();
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();

  return {
    protocol: socket.protocol,
    messages: incoming.messages,
    async send(message) {
      if (socket.readyState !== socket.OPEN)
        throw signal?.aborted ? signal.reason : broken(options.asked, "it is closed");
      socket.send(message);
      heartbeat.sent(message.byteLength);
      await drained(connection);
    },
    close: (code) => socket.close(code),
    async [Symbol.asyncDispose]() {
      socket.close();
      incoming.finish("ended");
      const cancel = clock.after(closeGraceMs, () => connection.destroy());
      await closed.promise;
      cancel();
    },
  };
}

type Outcome = Readonly<{ error: unknown }> | "ended";

/** 1000 is the normal end; 1005 says that the server gave no code. */
function closeOutcome(end: Readonly<{ code: number; reason: string; wasClean: boolean }>, asked: string): Outcome {
  if (end.wasClean && (end.code === 1000 || end.code === 1005)) return "ended";
  const reason = end.reason === "" ? "" : `: ${end.reason}`;
  return {
    error: broken(asked, end.wasClean ? `the server closed it with code ${end.code}${reason}` : "the connection broke"),
  };
}

const broken = (asked: string, why: string): HeddleError =>
  new HeddleError(`the WebSocket of ${asked} is gone: ${why}`, {
    code: "HEDDLE_CLUSTER_UNREACHABLE",
    retryable: true,
  });

type Incoming = Readonly<{
  messages: AsyncIterable<Uint8Array>;
  push(message: Uint8Array): void;
  /** The first outcome counts; what was received before is still read. */
  finish(outcome: Outcome): void;
  isPaused(): boolean;
}>;

/** Messages between the socket's events and one reader. */
function createIncoming(connection: Duplex): Incoming {
  const queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let paused = false;
  let outcome: Outcome | undefined;
  let wake: (() => void) | undefined;

  const setPaused = (wanted: boolean): void => {
    paused = wanted;
    if (wanted) connection.pause();
    else connection.resume();
  };
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const message = queue.shift();
      if (message !== undefined) {
        queuedBytes -= message.byteLength;
        if (paused && queuedBytes <= pauseAboveBytes / 2) setPaused(false);
        yield message;
      } else if (outcome === "ended") return;
      else if (outcome !== undefined) throw outcome.error;
      else {
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    }
  }
  return {
    messages: { [Symbol.asyncIterator]: read },
    push(message) {
      if (outcome !== undefined) return;
      queue.push(message);
      queuedBytes += message.byteLength;
      // undici resumes the connection when its parser has drained: said again with each message.
      if (queuedBytes > pauseAboveBytes) setPaused(true);
      wake?.();
    },
    finish(value) {
      outcome ??= value;
      if (paused) setPaused(false);
      wake?.();
    },
    isPaused: () => paused,
  };
}

/** Resolves when the connection takes more, or has ended. */
function drained(connection: Duplex): Promise<void> | undefined {
  if (!connection.writableNeedDrain || connection.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = (): void => {
      connection.off("drain", done).off("close", done);
      resolve();
    };
    connection.on("drain", done).on("close", done);
  });
}
