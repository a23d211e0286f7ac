import { abortable, anySignal, type Clock, type HeddleError } from "../base/index.ts";

export type TimeLimit = Readonly<{
  limitMs: number;
  clock: Clock;
  signal: AbortSignal;
  /** What to fail with when the time is over. */
  error: () => HeddleError;
}>;

/**
 * The outcome of `work`, or `error` after `limitMs`, or the signal's reason, whichever comes first. The work's own
 * signal aborts with either; work that ignores it is not waited for.
 */
export async function withinTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { limitMs, clock, signal, error }: TimeLimit,
): Promise<T> {
  signal.throwIfAborted();
  const late = new AbortController();
  const cancel = clock.after(limitMs, () => late.abort(error()));
  const either = anySignal(signal, late.signal);
  try {
    return await abortable(work(either), either);
  } catch (thrown) {
    // What the work made of the abort says less than why it was aborted.
    either.throwIfAborted();
    throw thrown;
  } finally {
    cancel();
  }
}
