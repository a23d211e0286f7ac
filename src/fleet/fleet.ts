import { between, messageOf } from "../base/index.ts";
import { type ClusterId } from "../model/index.ts";
import { createEntries } from "./entries.ts";
import { type Entry } from "./entry.ts";
import { fleetClosed, unknownCluster } from "./failures.ts";
import { createLatestFeed } from "./latest-feed.ts";
import { type Fleet, type FleetOptions } from "./model.ts";
import { type FleetDeps } from "./reach.ts";

const defaultCheckIntervalMs = 30_000;

/** A fleet of the planned clusters. Contacts none of them before it is asked or started. */
export function createFleet(deps: FleetDeps, options: FleetOptions): Fleet {
  const { checkIntervalMs = defaultCheckIntervalMs } = options;
  const closed = new AbortController();
  const feed = createLatestFeed<ClusterId>();
  const entries = createEntries(deps, { ...options, onChange: feed.tell });
  let loops: Promise<unknown> | undefined;

  const entryOf = (id: ClusterId): Entry => {
    closed.signal.throwIfAborted();
    const entry = entries.get(id);
    if (entry === undefined) throw unknownCluster(id, [...entries.keys()]);
    return entry;
  };
  return {
    clusters: () => [...entries.values()].map(({ summary }) => summary.info),
    summaries: () => [...entries.values()].map(({ summary }) => summary),
    connect: async (id, signal) => entryOf(id).connect(signal),
    check: async (id, signal) => entryOf(id).check(signal),
    start() {
      closed.signal.throwIfAborted();
      loops ??= Promise.allSettled([...entries.values()].map((entry) => keepChecking(entry, checkIntervalMs, deps)));
    },
    async *changes(signal) {
      for await (const id of feed.follow(entries.keys(), signal)) {
        const entry = entries.get(id);
        if (entry !== undefined) yield entry.summary;
      }
    },
    async [Symbol.asyncDispose]() {
      closed.abort(fleetClosed());
      await Promise.allSettled([...entries.values()].map((entry) => entry[Symbol.asyncDispose]()));
      await loops;
      feed.close();
    },
  };
}

/** Checks an entry again and again until it is disposed; not all of a fleet at the same moment. */
async function keepChecking(entry: Entry, intervalMs: number, { clock, random, log }: FleetDeps): Promise<void> {
  while (!entry.signal.aborted) {
    try {
      await entry.check(entry.signal);
    } catch (error) {
      if (!entry.signal.aborted) log.error({ cluster: entry.id, error: messageOf(error) }, "a check failed");
    }
    await clock.sleep(intervalMs * between(random, 0.8, 1.2), entry.signal);
  }
}
