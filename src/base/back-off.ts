import { type Random, systemRandom } from "./random.ts";

export type BackOffOptions = Readonly<{ minMs: number; maxMs: number; factor?: number }>;

export type BackOff = Readonly<{
  /** How long to wait before the next try: grows to `maxMs`, and lies at random in the upper half of the step. */
  nextMs(): number;
  /** After a success. */
  reset(): void;
  /** Tries since the last success. */
  attempts(): number;
}>;

/** Exponential back-off with jitter, so that many clients that fail together do not return together. */
export function createBackOff({ minMs, maxMs, factor = 2 }: BackOffOptions, random: Random = systemRandom): BackOff {
  let attempts = 0;
  return {
    nextMs() {
      const step = Math.min(maxMs, minMs * factor ** attempts);
      attempts += 1;
      return step / 2 + (step / 2) * random();
    },
    reset() {
      attempts = 0;
    },
    attempts: () => attempts,
  };
}
