import { setImmediate } from "node:timers/promises";
import { type Clock } from "./clock.ts";

/** Lets the event loop turn when the work since its last turn took long. */
export type Breather = Readonly<{
  /**
   * Undefined while there is still time: awaiting costs, so the caller awaits only a promise. Where many wait for one
   * turn, whoever wakes asks again, for those before it may have used the time up:
   * `for (let turn = pause(); turn !== undefined; turn = pause()) await turn;`
   */
  pause(): Promise<void> | undefined;
}>;

/** Longer than this nothing else of the process would run: health, other clusters, signals. */
const sliceMs = 8;

/** An abort of `signal` makes a pause fail with its reason. */
export function createBreather({ monotonicMs }: Pick<Clock, "monotonicMs">, signal?: AbortSignal): Breather {
  let sinceMs = monotonicMs();
  let turning: Promise<void> | undefined;
  const turn = async (): Promise<void> => {
    await setImmediate();
    turning = undefined;
    sinceMs = monotonicMs();
    signal?.throwIfAborted();
  };
  return { pause: () => (monotonicMs() - sinceMs < sliceMs ? undefined : (turning ??= turn())) };
}
