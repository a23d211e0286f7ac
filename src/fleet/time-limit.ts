import { anySignal, type Clock, type HeddleError } from "../base/index.ts";

export type TimeLimit = Readonly<{
  limitMs: number;
  clock: Clock;
  signal: AbortSignal;
  /** What to fail with when the time is over. */
  error: () => HeddleError;
}>;

/**
 * The outcome of `work`, whose signal aborts after `limitMs` or with the given one; it then fails with `error` or the
 * signal's reason, whatever the work made of the abort. The work is waited for: it must end soon after its signal.
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
    return await work(either);
  } catch (thrown) {
    either.throwIfAborted();
    throw thrown;
  } finally {
    cancel();
  }
}
