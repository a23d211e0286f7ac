import { type Clock } from "../base/index.ts";
import { type AccessSecret, createAccessSecret } from "./secret.ts";

/** How long a URL for the explorer page may wait to be opened. */
export const keyLifetimeMs = 10 * 60_000;

/** How many may wait at a time; the oldest is forgotten first. */
const waitingLimit = 16;

/** Keys that let a browser in once each. */
export type OneTimeKeys = Readonly<{
  issue(): string;
  /** True once for each key that was issued in the last ten minutes. */
  take(shown: string): boolean;
}>;

export function createOneTimeKeys(clock: Clock): OneTimeKeys {
  let waiting: readonly Readonly<{ secret: AccessSecret; untilMs: number }>[] = [];
  return {
    issue() {
      const secret = createAccessSecret();
      waiting = [...waiting, { secret, untilMs: clock.monotonicMs() + keyLifetimeMs }].slice(-waitingLimit);
      return secret.text;
    },
    take(shown) {
      const nowMs = clock.monotonicMs();
      const fresh = waiting.filter(({ untilMs }) => nowMs < untilMs);
      waiting = fresh.filter(({ secret }) => !secret.is(shown));
      return waiting.length < fresh.length;
    },
  };
}
