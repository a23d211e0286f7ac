import { type Clock } from "../../base/index.ts";

/** How far back a rate is remembered. */
export const rememberedSeconds = 600;

/** How often something happened in each of the last seconds. */
export type Rate = Readonly<{
  add(count: number): void;
  /** Of so many whole seconds, oldest first; the last one ended at `untilMs` (milliseconds since 1970). */
  last(seconds: number): Readonly<{ untilMs: number; counts: readonly number[] }>;
}>;

/** Remembers ten minutes in as many numbers, whatever comes. */
export function createRate({ nowMs }: Pick<Clock, "nowMs">): Rate {
  const counts = new Uint32Array(rememberedSeconds + 1);
  let second = Math.floor(nowMs() / 1_000);
  /** What lies between the last second that was counted and this one was quiet. A clock that was set back stands. */
  const advance = (): void => {
    const now = Math.floor(nowMs() / 1_000);
    if (now - second > rememberedSeconds) counts.fill(0);
    else for (let next = second + 1; next <= now; next++) counts[next % counts.length] = 0;
    second = Math.max(second, now);
  };
  return {
    add(count) {
      advance();
      const place = second % counts.length;
      counts[place] = (counts[place] ?? 0) + count;
    },
    last(seconds) {
      advance();
      const from = second - Math.min(seconds, rememberedSeconds);
      const wanted = Array.from({ length: second - from }, (_, index) => counts[(from + index) % counts.length] ?? 0);
      return { untilMs: second * 1_000, counts: wanted };
    },
  };
}
