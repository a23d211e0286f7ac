import { Socket } from "node:net";
import { type Duplex } from "node:stream";
import { type Clock } from "../../base/index.ts";

export type LivenessOptions = Readonly<{
  clock: Clock;
  pingIntervalMs: number;
  /** True while we do not read ourselves: silence then means nothing. */
  isPaused?: () => boolean;
}>;

const checksPerPing = 10;
/** A peer that answers is silent for one interval and a round trip at most. */
const silentChecks = 15;

/**
 * Destroys a connection on which nothing arrives for one and a half ping intervals, and answers how to stop. Someone
 * else sends the pings: undici does on HTTP/2, but waits for their answers without a limit, so a connection that is
 * silently gone would look idle for ever. Checks are counted instead of time, so that a process that slept or was busy
 * does not blame its peers.
 */
export function watchLiveness(connection: Duplex, options: LivenessOptions): () => void {
  const { clock, pingIntervalMs, isPaused = () => false } = options;
  if (pingIntervalMs <= 0 || !(connection instanceof Socket)) return () => {};
  let seenBytes = -1;
  let silent = 0;
  let cancel = (): void => {};
  const check = (): void => {
    silent = connection.bytesRead === seenBytes && !isPaused() ? silent + 1 : 0;
    seenBytes = connection.bytesRead;
    if (silent < silentChecks) cancel = clock.after(pingIntervalMs / checksPerPing, check);
    else connection.destroy(silence(pingIntervalMs));
  };
  check();
  const stop = (): void => cancel();
  connection.once("close", stop);
  return stop;
}

function silence(pingIntervalMs: number): Error {
  const seconds = (pingIntervalMs * silentChecks) / checksPerPing / 1000;
  return Object.assign(new Error(`nothing came from the server for ${seconds} s, not even an answer to a ping`), {
    code: "ETIMEDOUT",
  });
}
