/** Aborts when any of the given signals does; undefined ones are left out. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** True for what an aborted operation throws: the signal's own reason, or an AbortError. */
export function isAbort(error: unknown, signal?: AbortSignal): boolean {
  if (signal?.aborted && (error === signal.reason || error === undefined)) return true;
  return (
    error instanceof Error &&
    (error.name === "AbortError" || (error.cause !== undefined && isAbort(error.cause, signal)))
  );
}

/** The promise's outcome, or the signal's reason if that comes first. The work itself is not stopped. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  if (signal.aborted) {
    // Nobody waits for the work any more: its failure must not count as unhandled.
    work.catch(() => {});
    throw signal.reason;
  }
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
