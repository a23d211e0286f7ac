import { type Clock, isAbort, type Logger, messageOf, silentLogger } from "../../base/index.ts";
import { createSharedRun } from "./shared-run.ts";

/** What the sources of credentials need of the world. Nothing here reads the process's own environment. */
export type CredentialDeps = Readonly<{
  /** What exec plugins inherit, and where the in-cluster way in looks. */
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Told when a renewal fails while the old value still holds. */
  log?: Logger;
}>;

/** A value and how long it holds. */
export type Fresh<T> = Readonly<{
  value: T;
  /** Renew after this long, at the latest. */
  renewAfterMs: number;
  /** Wall time after which the value is worth nothing. */
  expiresAtMs?: number | undefined;
  /** Renew this long before it expires; default 0. */
  leewayMs?: number;
}>;

export type RenewingOptions<T> = Readonly<{
  /** For the log: "token file /var/run/…". */
  description: string;
  /** `kept` is the latest value, unless it was invalidated or has expired. */
  renew(kept: T | undefined, signal: AbortSignal): Promise<Fresh<T>>;
  /** How long a failure is answered to later callers before another try; also the wait when the old value still holds. */
  retryAfterMs: number;
}>;

export type Renewing<T> = Readonly<{
  get(signal?: AbortSignal): Promise<T>;
  /** The next `get` renews. With `refused`, only if it says that of the value kept now. */
  invalidate(refused?: (value: T) => boolean): void;
}>;

/**
 * A value that is renewed when someone asks for it and its time has come; callers share one renewal. A renewal that
 * fails goes unnoticed, but for the log, while the old value holds: neither invalidated nor expired.
 */
export function createRenewing<T>(
  options: RenewingOptions<T>,
  { clock, log = silentLogger }: CredentialDeps,
): Renewing<T> {
  const { renew, description, retryAfterMs } = options;
  type Kept = Fresh<T> & Readonly<{ generation: number; renewAtMs: number }>;
  let kept: Kept | undefined;
  let failure: Readonly<{ error: unknown; generation: number; untilMs: number }> | undefined;
  let generation = 0;

  const holds = (of: Kept | undefined): of is Kept =>
    of !== undefined &&
    of.generation === generation &&
    (of.expiresAtMs === undefined || clock.nowMs() < of.expiresAtMs);
  const isDue = (of: Kept): boolean =>
    clock.monotonicMs() >= of.renewAtMs ||
    (of.expiresAtMs !== undefined && clock.nowMs() >= of.expiresAtMs - (of.leewayMs ?? 0));

  const run = createSharedRun(async (signal) => {
    const started = generation;
    const old = holds(kept) ? kept : undefined;
    try {
      const fresh = await renew(old?.value, signal);
      kept = { ...fresh, generation: started, renewAtMs: clock.monotonicMs() + fresh.renewAfterMs };
      failure = undefined;
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      const untilMs = clock.monotonicMs() + retryAfterMs;
      failure = { error, generation: started, untilMs };
      if (!holds(old)) throw error;
      log.warn(
        { source: description, error: messageOf(error) },
        "renewing a credential failed; the old one still holds",
      );
    }
  });

  return {
    async get(signal) {
      signal?.throwIfAborted();
      for (;;) {
        const failing =
          failure?.generation === generation && clock.monotonicMs() < failure.untilMs ? failure : undefined;
        if (holds(kept) && (failing !== undefined || !isDue(kept))) return kept.value;
        if (failing !== undefined) throw failing.error;
        const asked = generation;
        await run(signal);
        // A renewal that began before an invalidation does not answer what was asked after it.
        if (kept !== undefined && kept.generation >= asked) return kept.value;
      }
    },
    invalidate(refused) {
      if (kept === undefined || kept.generation !== generation) return;
      if (refused === undefined || refused(kept.value)) generation += 1;
    },
  };
}
