import { type Discovered, type Expectation } from "./expectations.ts";

/** What discovery has yet to catch up with. */
export type Pending = Readonly<{
  /** Takes the place of what was expected of the same thing. True when discovery, as last seen, does not tell it yet. */
  expect(about: string, expectation: Expectation | undefined, nowMs: number): boolean;
  /** Told what discovery says now. */
  seen(discovered: Discovered): void;
  /** Whether there is anything left to wait for at this moment. */
  isWaiting(nowMs: number): boolean;
}>;

/**
 * Expectations that are not met within `patienceMs` are given up: another API server's extension may serve in place of
 * a definition, and some things that should appear never do.
 */
export function createPending(patienceMs: number): Pending {
  const unmet = new Map<string, Readonly<{ expectation: Expectation; untilMs: number }>>();
  let latest: Discovered | undefined;
  return {
    expect(about, expectation, nowMs) {
      unmet.delete(about);
      if (expectation === undefined || latest === undefined || expectation(latest)) return false;
      unmet.set(about, { expectation, untilMs: nowMs + patienceMs });
      return true;
    },
    seen(discovered) {
      latest = discovered;
      for (const [about, { expectation }] of unmet) if (expectation(discovered)) unmet.delete(about);
    },
    isWaiting(nowMs) {
      for (const [about, { untilMs }] of unmet) if (untilMs <= nowMs) unmet.delete(about);
      return unmet.size > 0;
    },
  };
}
