import { setTimeout as sleep } from "node:timers/promises";
import { useOf } from "./process.ts";

/** One look at something that may grow. */
export type Sample = Readonly<{ atMs: number; value: number }>;

/** How something grows, in units a minute, and the standard error of that. */
export type Trend = Readonly<{ slope: number; error: number }>;

/** By least squares. NaN for fewer than two samples, the error for fewer than three. */
export function trendOf(samples: readonly Sample[]): Trend {
  const sumOf = (of: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + of(sample), 0);
  const count = samples.length;
  const [middleMs, mean] = [sumOf(({ atMs }) => atMs) / count, sumOf(({ value }) => value) / count];
  const spread = sumOf(({ atMs }) => (atMs - middleMs) ** 2);
  const slope = sumOf(({ atMs, value }) => (atMs - middleMs) * (value - mean)) / spread;
  const left = sumOf(({ atMs, value }) => (value - mean - slope * (atMs - middleMs)) ** 2);
  const error = count < 3 ? NaN : Math.sqrt(left / (count - 2) / spread);
  return { slope: slope * minuteMs, error: error * minuteMs };
}

const minuteMs = 60_000;

/**
 * The lowest value of each window: what a garbage collector has not got round to yet is not what a process needs, and
 * what it needs more and more lifts the lowest too.
 */
export function floorsOf(samples: readonly Sample[], windowMs: number): readonly Sample[] {
  const windows = Map.groupBy(samples, ({ atMs }) => Math.floor(atMs / windowMs));
  return [...windows.values()].flatMap((found) => found.toSorted((a, b) => a.value - b.value).slice(0, 1));
}

/** The part of a run that shows how it goes on: what is first filled is not what grows. */
export const settledPart = (samples: readonly Sample[]): readonly Sample[] =>
  samples.slice(Math.floor(samples.length / 3));

/** Megabytes resident, every so often until the signal aborts. */
export async function watchMemory(
  pid: number,
  { everyMs = 1_000, signal }: Readonly<{ everyMs?: number; signal: AbortSignal }>,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  while (!signal.aborted) {
    samples.push({ atMs: performance.now(), value: (await useOf(pid)).rssBytes / 1e6 });
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
  return samples;
}
