import { type Clock } from "../../base/index.ts";

export type RateLimitOptions = Readonly<{
  /** Tokens a second; undefined or 0: no limit. */
  qps?: number | undefined;
  /** Tokens that gather while nobody asks; default twice `qps`, at least 1. */
  burst?: number | undefined;
}>;

export type RateLimiter = Readonly<{
  /** Resolves when it is the caller's turn, first come, first served. Rejects with the signal's reason, its place given up. */
  acquire(signal?: AbortSignal): Promise<void>;
  /** Rejects those who wait with `reason`, and whoever comes after. */
  close(reason: Error): void;
}>;

/** A token bucket: full at the start, refilled by the clock, nobody overtakes. */
export function createRateLimiter({ qps = 0, burst }: RateLimitOptions, clock: Clock): RateLimiter {
  if (qps <= 0) return { acquire: async (signal) => signal?.throwIfAborted(), close: () => {} };
  const capacity = Math.max(1, burst ?? qps * 2);
  const waiting = new Set<(reason?: Error) => void>();
  let closed: Error | undefined;
  let tokens = capacity;
  let countedAtMs = clock.monotonicMs();
  let alarm: AbortController | undefined;

  const refill = (): void => {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(capacity, tokens + ((nowMs - countedAtMs) / 1000) * qps);
    countedAtMs = nowMs;
  };
  const serve = (): void => {
    alarm?.abort();
    alarm = undefined;
    refill();
    for (const grant of waiting) {
      if (tokens < enough) break;
      tokens -= 1;
      waiting.delete(grant);
      grant();
    }
    if (waiting.size > 0) serveIn(Math.ceil(((1 - tokens) / qps) * 1000));
  };
  // A sleep, which keeps the process alive: nothing else may be under way while all wait for their turn.
  const serveIn = (delayMs: number): void => {
    alarm = new AbortController();
    clock.sleep(delayMs, alarm.signal).then(serve, () => {});
  };
  return {
    acquire(signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (closed !== undefined || signal?.aborted) {
        reject(closed ?? signal?.reason);
        return promise;
      }
      const onAbort = (): void => {
        waiting.delete(grant);
        reject(signal?.reason);
      };
      const grant = (refusal?: Error): void => {
        signal?.removeEventListener("abort", onAbort);
        if (refusal === undefined) resolve();
        else reject(refusal);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      waiting.add(grant);
      if (waiting.size === 1) serve();
      return promise;
    },
    close(reason) {
      closed = reason;
      alarm?.abort();
      for (const grant of waiting) grant(reason);
      waiting.clear();
    },
  };
}

/** One token, less what adding fractions of milliseconds loses. */
const enough = 1 - 1e-9;
