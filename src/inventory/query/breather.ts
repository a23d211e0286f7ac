import { setImmediate } from "node:timers/promises";
import { type Clock } from "../../base/index.ts";

/** Lets the event loop turn when the work since the last turn took long. */
export type Breather = Readonly<{
  /** Undefined while there is still time: awaiting costs, so the caller awaits only a promise. */
  pause(): Promise<void> | undefined;
}>;

const sliceMs = 8;

/** An abort of `signal` makes the next pause fail with its reason. */
export function createBreather({ monotonicMs }: Pick<Clock, "monotonicMs">, signal: AbortSignal | undefined): Breather {
  let since = monotonicMs();
  const turn = async (): Promise<void> => {
    await setImmediate();
    signal?.throwIfAborted();
    since = monotonicMs();
  };
  return { pause: () => (monotonicMs() - since < sliceMs ? undefined : turn()) };
}
