/** Changes in each of the last seconds; the last one is still being filled, those before `fromSecond` are not known. */
export type Rate = Readonly<{ fromSecond: number; untilSecond: number; counts: readonly number[] }>;

/** No changes in `seconds` seconds until now. */
export const quietRate = (seconds: number, nowMs: number): Rate => ({
  fromSecond: secondOf(nowMs),
  untilSecond: secondOf(nowMs),
  counts: Array.from({ length: seconds }, () => 0),
});

/** Moves on to now and counts changes by the second of their time; what is too old is left out. Pure. */
export function countChanges(rate: Rate, timesMs: readonly number[], nowMs: number): Rate {
  const until = Math.max(rate.untilSecond, secondOf(nowMs));
  const passed = Math.min(rate.counts.length, until - rate.untilSecond);
  const counts = [...rate.counts.slice(passed), ...Array.from({ length: passed }, () => 0)];
  let fromSecond = rate.fromSecond;
  for (const timeMs of timesMs) {
    fromSecond = Math.min(fromSecond, secondOf(timeMs));
    // A server's clock may be ahead of the browser's: what it tells from the future is of now.
    const at = counts.length - 1 - Math.max(0, until - secondOf(timeMs));
    const before = counts[at];
    if (before !== undefined) counts[at] = before + 1;
  }
  return { fromSecond, untilSecond: until, counts };
}

/** Changes a second over the last `seconds` whole ones. */
export function meanRate({ counts }: Rate, seconds: number): number {
  const whole = counts.slice(-1 - seconds, -1);
  return whole.length === 0 ? 0 : whole.reduce((sum, count) => sum + count, 0) / whole.length;
}

const secondOf = (timeMs: number): number => Math.floor(timeMs / 1000);
