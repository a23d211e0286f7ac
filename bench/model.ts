import { setImmediate } from "node:timers/promises";

/** A figure divided by a peer's of the same run: below 1 is smaller. */
export type Ratio = Readonly<{ to: string; value: number }>;

/** One figure of a benchmark; `ratio` compares it with a peer's, `ratios` with several. */
export type Figure = Readonly<{
  label: string;
  value: number;
  unit: string;
  ratio?: Ratio;
  ratios?: readonly Ratio[];
  target?: string;
}>;

/** What one benchmark found, and the command that repeats it. `files`: what else is kept of it, by their names in docs/. */
export type BenchResult = Readonly<{
  name: string;
  command: string;
  figures: readonly Figure[];
  files?: Readonly<Record<string, string>>;
  /** Why there are no figures: it is counted, and the others are told all the same. */
  failure?: string;
}>;

export type BenchOptions = Readonly<{
  signal: AbortSignal;
  /** Tells progress, a line at a time. */
  say: (line: string) => void;
}>;

/** Several results are several sections of the page. */
export type Bench = (options: BenchOptions) => Promise<BenchResult | readonly BenchResult[]>;

/** The middle value; the mean of the two middle ones for an even count. Several runs in, one honest figure out. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The value that `share` (0..1) of all do not exceed. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? NaN;

/** Milliseconds of each run, one after the other; between them the event loop turns. */
export async function timesOf(runs: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const sinceMs = performance.now();
    await work();
    times.push(performance.now() - sinceMs);
    await setImmediate();
  }
  return times;
}
