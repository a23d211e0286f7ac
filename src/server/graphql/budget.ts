import { setImmediate } from "node:timers/promises";
import { type Clock } from "../../base/index.ts";
import { ServerError } from "../failures.ts";

/** Objects and relations that one operation may answer with: what its text does not tell, its answer does. */
export const itemLimit = 200_000;

const sliceMs = 8;

/** What one operation has used so far. */
export type Budget = Readonly<{
  /** Fails with HEDDLE_SERVER_QUERY_TOO_COSTLY beyond the limit. */
  spend(items: number): void;
  /** Lets the event loop turn when the work since its last turn took long; undefined when there is still time. */
  pause(): Promise<void> | undefined;
}>;

export function createBudget({ monotonicMs }: Pick<Clock, "monotonicMs">, signal: AbortSignal): Budget {
  let spent = 0;
  let sinceMs = monotonicMs();
  let turning: Promise<void> | undefined;
  const turn = async (): Promise<void> => {
    await setImmediate();
    turning = undefined;
    sinceMs = monotonicMs();
    signal.throwIfAborted();
  };
  return {
    spend(items) {
      spent += items;
      if (spent <= itemLimit) return;
      throw new ServerError(
        400,
        "HEDDLE_SERVER_QUERY_TOO_COSTLY",
        `the answer would hold more than ${itemLimit.toLocaleString("en")} objects and relations: ask for less at a time (limit, cursor)`,
      );
    },
    pause: () => (monotonicMs() - sinceMs < sliceMs ? undefined : (turning ??= turn())),
  };
}
