export const rateDocument = /* GraphQL */ `
  query ChangeRate($seconds: Int!) {
    changeRate(seconds: $seconds) {
      until
      counts
    }
    about {
      startedAt
    }
  }
`;

/** Changes in each of the last seconds, oldest first; the last one ended at `until`. */
export type Rate = Readonly<{ until: string; counts: readonly number[] }>;

export type RateAnswer = Readonly<{ changeRate: Rate; about: Readonly<{ startedAt: string }> }>;

/** For each second when it ended, and how many changes it had; null where nobody looked yet. */
export type RateLine = readonly [ends: number[], line: (number | null)[]];

/** A line over the seconds of a rate, open before `since`, when the server began to look. Pure. */
export function rateLine({ until, counts }: Rate, since: string): RateLine {
  const untilSecond = Math.round(Date.parse(until) / 1000);
  const sinceSecond = Date.parse(since) / 1000;
  const ends = counts.map((_, at) => untilSecond - counts.length + 1 + at);
  return [ends, counts.map((count, at) => ((ends[at] ?? 0) <= sinceSecond ? null : count))];
}

/** Changes a second over the last `seconds` seconds, or as many as are known. */
export function meanRate({ counts }: Rate, seconds: number): number {
  const last = counts.slice(-seconds);
  return last.length === 0 ? 0 : last.reduce((sum, count) => sum + count, 0) / last.length;
}
