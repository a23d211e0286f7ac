import { setImmediate } from "node:timers/promises";
import { type Clock } from "../base/index.ts";

const sliceMs = 8;

/**
 * Lets the event loop turn when the work since its last turn took long; undefined while there is still time. Where many
 * wait for one turn, whoever wakes asks again, for those before it may have used the time up:
 * `for (let turn = pause(); turn !== undefined; turn = pause()) await turn;`
 */
export type Pause = () => Promise<void> | undefined;

/** An abort of `signal` makes it fail with its reason. */
export function createPause({ monotonicMs }: Pick<Clock, "monotonicMs">, signal: AbortSignal): Pause {
  let sinceMs = monotonicMs();
  let turning: Promise<void> | undefined;
  const turn = async (): Promise<void> => {
    await setImmediate();
    turning = undefined;
    sinceMs = monotonicMs();
    signal.throwIfAborted();
  };
  return () => (monotonicMs() - sinceMs < sliceMs ? undefined : (turning ??= turn()));
}
