import { setTimeout as sleep } from "node:timers/promises";

/** Looks again and again until something is found; rejects with the signal's reason. */
export async function poll<T>(
  { signal, everyMs = 10 }: Readonly<{ signal: AbortSignal; everyMs?: number }>,
  look: () => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    await sleep(everyMs, undefined, { signal });
  }
}
