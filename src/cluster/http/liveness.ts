import { type Socket } from "node:net";
import { type Clock } from "../../base/index.ts";

export type LivenessOptions = Readonly<{
  clock: Clock;
  /** 0: neither pings nor watches. */
  intervalMs: number;
  ping: () => void;
  /** Called once, when the peer is taken for gone. */
  cut: (error: Error) => void;
  /** True while we do not read ourselves: silence then means nothing. */
  isPaused?: () => boolean;
}>;

const checksPerPing = 10;
/** A peer that answers is silent for one interval and a round trip at most. */
const silentChecks = 15;

/**
 * Pings at every interval, and cuts the connection when nothing at all has arrived for one and a half of them: a path
 * that is silently broken looks idle otherwise, for ever. Checks are counted instead of time, so that a process that
 * slept or was busy does not blame its peers. Ends with the connection, or by calling the answer.
 */
export function keepAlive(connection: Pick<Socket, "bytesRead" | "once">, options: LivenessOptions): () => void {
  const { clock, intervalMs, ping, cut, isPaused = () => false } = options;
  if (intervalMs <= 0) return () => {};
  let seenBytes = -1;
  let silent = 0;
  let checks = 0;
  let cancel = (): void => {};
  const check = (): void => {
    silent = connection.bytesRead === seenBytes && !isPaused() ? silent + 1 : 0;
    seenBytes = connection.bytesRead;
    if (silent >= silentChecks) return cut(silence((intervalMs * silentChecks) / checksPerPing));
    if (checks % checksPerPing === 0) ping();
    checks += 1;
    cancel = clock.after(intervalMs / checksPerPing, check);
  };
  check();
  const stop = (): void => cancel();
  connection.once("close", stop);
  return stop;
}

const silence = (forMs: number): Error =>
  Object.assign(new Error(`nothing came from the server for ${forMs / 1000} s, not even an answer to a ping`), {
    code: "ETIMEDOUT",
  });
