export const rateDocument = /* GraphQL */ `
  query ChangeRate($seconds: Int!) {
    changeRate(seconds: $seconds) {
      until
      counts
    }
  }
`;

/** Changes in each of the last seconds, oldest first; the last one ended at `until`. */
export type Rate = Readonly<{ until: string; counts: readonly number[] }>;

export type RateAnswer = Readonly<{ changeRate: Rate }>;

/** A line over `seconds` seconds: when each ended, and how many changes it had; null where that is not known. Pure. */
export function rateLine({ until, counts }: Rate, seconds: number): readonly [ends: number[], line: (number | null)[]] {
  const untilSecond = Math.round(Date.parse(until) / 1000);
  const known = counts.slice(-seconds);
  const unknown = Array.from({ length: seconds - known.length }, () => null);
  const line = [...unknown, ...known];
  return [line.map((_, at) => untilSecond - seconds + 1 + at), line];
}

/** Changes a second over the last `seconds` seconds, or as many as are known. */
export function meanRate({ counts }: Rate, seconds: number): number {
  const last = counts.slice(-seconds);
  return last.length === 0 ? 0 : last.reduce((sum, count) => sum + count, 0) / last.length;
}
