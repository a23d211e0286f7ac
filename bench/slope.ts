import { setTimeout as sleep } from "node:timers/promises";
import { useOf } from "./process.ts";

/** One look at something that may grow. */
export type Sample = Readonly<{ atMs: number; value: number }>;

/** By least squares, in units a minute. NaN for fewer than two samples. */
export function slopeAMinute(samples: readonly Sample[]): number {
  const meanOf = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [middleMs, mean] = [meanOf(({ atMs }) => atMs), meanOf(({ value }) => value)];
  const above = samples.reduce((sum, { atMs, value }) => sum + (atMs - middleMs) * (value - mean), 0);
  const below = samples.reduce((sum, { atMs }) => sum + (atMs - middleMs) ** 2, 0);
  return (above / below) * 60_000;
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
