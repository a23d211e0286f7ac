import { between, messageOf } from "../base/index.ts";
import { type Entry } from "./entry.ts";
import { type FleetDeps } from "./reach.ts";

/** The health checks of a fleet: none before it is started, from then on every entry again and again. */
export type Checks = Readonly<{
  /** More than once is the same as once. */
  start(entries: readonly Entry[]): void;
  /** At once and again and again until the entry ends, if checks have been started. */
  keep(entry: Entry): void;
  /** Once more, as soon as the check under way is over, if checks have been started. */
  now(entry: Entry): void;
  /** Resolves when the checks of ended entries are over. */
  ended(): Promise<void>;
}>;

export function createChecks(deps: FleetDeps, intervalMs: number): Checks {
  const { clock, random } = deps;
  const under = new Set<Promise<void>>();
  let started = false;
  const remember = (work: Promise<void>): void => {
    under.add(work);
    void work.finally(() => under.delete(work)).catch(() => {});
  };
  /** Not all of a fleet at the same moment. */
  const loop = async (entry: Entry): Promise<void> => {
    while (!entry.signal.aborted) {
      await checkOnce(entry, deps);
      await clock.sleep(intervalMs * between(random, 0.8, 1.2), entry.signal).catch(() => {});
    }
  };
  const keep = (entry: Entry): void => {
    if (started) remember(loop(entry));
  };
  return {
    start(entries) {
      if (started) return;
      started = true;
      for (const entry of entries) keep(entry);
    },
    keep,
    now(entry) {
      if (started) remember(entry.checked().then(() => checkOnce(entry, deps)));
    },
    async ended() {
      await Promise.allSettled(under);
    },
  };
}

async function checkOnce(entry: Entry, { log }: FleetDeps): Promise<void> {
  try {
    await entry.check(entry.signal);
  } catch (error) {
    if (!entry.signal.aborted) log.error({ cluster: entry.id, error: messageOf(error) }, "a check failed");
  }
}
