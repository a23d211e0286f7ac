import { setImmediate } from "node:timers/promises";

/** Longer than this nothing else of the process would run: health, other clusters, signals. */
const holdMs = 10;

/** Called between batches: lets the event loop turn when it was held for long, and costs next to nothing else. */
export function createBreather(): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < holdMs) return undefined;
    return setImmediate().then(() => {
      sinceMs = performance.now();
    });
  };
}
