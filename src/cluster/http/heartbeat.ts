import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import { type Clock } from "../../base/index.ts";
import { keepAlive } from "./liveness.ts";
import { type OpenedWebSocket } from "./web-socket.ts";

export type Heartbeat = Readonly<{
  /** Told of every message that is sent: a server that cannot take it answers no pings either. */
  sent(bytes: number): void;
  stop(): void;
}>;

export type HeartbeatOptions = Readonly<{
  clock: Clock;
  /** 0: no pings, and no connection is cut. */
  pingIntervalMs: number;
  /** True while we do not read ourselves. */
  isPaused: () => boolean;
}>;

/**
 * What the far end of an exec or a forwarded port takes although nobody there reads: a pipe's capacity on Linux, and
 * less than any socket buffer. With less than this sent in all, a server is never too full to answer.
 */
const alwaysTakenBytes = 64 * 1024;

/**
 * Pings, since an idle exec sends nothing, and cuts a connection that answers none.
 *
 * Kubernetes reads a WebSocket no further than the command reads its input, pings included, so silence is no sign of
 * death while something that we sent may not have been taken. Each ping carries the number of bytes sent before it, and
 * its answer proves them taken. While more was sent than that, only TCP tells that the server is gone.
 */
export function startHeartbeat({ socket, connection, ping }: OpenedWebSocket, options: HeartbeatOptions): Heartbeat {
  const { clock, pingIntervalMs, isPaused } = options;
  if (pingIntervalMs <= 0 || !(connection instanceof Socket)) return { sent: () => {}, stop: () => {} };
  let sentBytes = 0;
  let takenBytes = 0;
  const onPong = (message: unknown): void => {
    if (isPong(message) && message.websocket === socket) takenBytes = Number(message.payload.toString());
  };
  subscribe("undici:websocket:pong", onPong);
  const mayBeFull = (): boolean => sentBytes > alwaysTakenBytes && sentBytes !== takenBytes;
  const stop = keepAlive(connection, {
    clock,
    intervalMs: pingIntervalMs,
    ping() {
      if (socket.readyState === socket.OPEN) ping(Buffer.from(String(sentBytes)));
    },
    cut: (error) => connection.destroy(error),
    isPaused: () => isPaused() || mayBeFull(),
  });
  return {
    sent: (bytes) => void (sentBytes += bytes),
    stop() {
      stop();
      unsubscribe("undici:websocket:pong", onPong);
    },
  };
}

const isPong = (message: unknown): message is Readonly<{ payload: Buffer; websocket: unknown }> =>
  typeof message === "object" &&
  message !== null &&
  "websocket" in message &&
  "payload" in message &&
  Buffer.isBuffer(message.payload);
