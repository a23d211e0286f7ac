import { HeddleError, messageOf, systemClock } from "../../src/base/index.ts";

export type UntilOptions = Readonly<{
  /** Default 60 s: only what never comes takes it, and machines are busy. */
  timeoutMs?: number;
  /** Between two tries; default 50 ms. */
  everyMs?: number;
  signal?: AbortSignal | undefined;
  /** Called before each try; what it throws ends the wait at once. */
  failEarly?: () => void;
}>;

/**
 * Polls until `condition` answers something truthy, and answers that. A condition that throws counts as not yet.
 * Rejects with HEDDLE_TEST_TIMEOUT naming `what` and the last reason.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: UntilOptions = {},
): Promise<NonNullable<T>> {
  const { timeoutMs = 60_000, everyMs = 50, signal, failEarly } = options;
  const deadlineMs = systemClock.monotonicMs() + timeoutMs;
  let last: unknown;
  for (;;) {
    signal?.throwIfAborted();
    failEarly?.();
    try {
      const value = await condition();
      if (value) return value;
      last = "it is not so yet";
    } catch (error) {
      last = error;
    }
    if (systemClock.monotonicMs() > deadlineMs)
      throw new HeddleError(`waited ${timeoutMs / 1000} s for ${what}: ${messageOf(last)}`, {
        code: "HEDDLE_TEST_TIMEOUT",
        cause: last,
      });
    await systemClock.sleep(everyMs, signal);
  }
}
