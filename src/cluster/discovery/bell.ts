import { type Clock } from "../../base/index.ts";

/** Wakes one sleeper. A ring that nobody hears is kept for the next who waits. */
export type Bell = Readonly<{
  ring(): void;
  /** True when it rang, false after `timeoutMs`. Rejects with the signal's reason. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
}>;

export function createBell(clock: Clock): Bell {
  let rung = false;
  let wake: ((rang: boolean) => void) | undefined;
  return {
    ring() {
      if (wake === undefined) rung = true;
      else wake(true);
    },
    async wait(timeoutMs, signal) {
      signal.throwIfAborted();
      if (rung) {
        rung = false;
        return true;
      }
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      const cancel = clock.after(timeoutMs, () => resolve(false));
      wake = resolve;
      try {
        return await promise;
      } finally {
        wake = undefined;
        cancel();
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}
