import { type ClusterId } from "../model/index.ts";
import { createChecks } from "./checks.ts";
import { createEntries } from "./entries.ts";
import { type Entry } from "./entry.ts";
import { fleetClosed, unknownCluster } from "./failures.ts";
import { createFleetListeners } from "./fleet-listeners.ts";
import { createLatestFeed } from "./latest-feed.ts";
import { createMembership } from "./membership.ts";
import { type Fleet, type FleetOptions } from "./model.ts";
import { type FleetDeps } from "./reach.ts";

const defaultCheckIntervalMs = 30_000;

/** A fleet of the planned clusters. Contacts none of them before it is asked or started. */
export function createFleet(deps: FleetDeps, options: FleetOptions): Fleet {
  const closed = new AbortController();
  const feed = createLatestFeed<ClusterId>();
  const entries = createEntries(deps, { ...options, onChange: feed.tell });
  const checks = createChecks(deps, options.checkIntervalMs ?? defaultCheckIntervalMs);
  const listeners = createFleetListeners(deps.log);
  const entryOf = (id: ClusterId): Entry => {
    closed.signal.throwIfAborted();
    const entry = entries.get(id);
    if (entry === undefined)
      throw unknownCluster(
        id,
        entries.all().map(({ id }) => id),
      );
    return entry;
  };
  const membership = createMembership({ entries, entryOf, checks, feed, listeners, closed: closed.signal });
  return {
    clusters: () => entries.all().map(({ summary }) => summary.info),
    summaries: () => entries.all().map(({ summary }) => summary),
    connect: async (id, signal) => entryOf(id).connect(signal),
    check: async (id, signal) => entryOf(id).check(signal),
    planned: (id) => entryOf(id).planned,
    start() {
      closed.signal.throwIfAborted();
      checks.start(entries.all());
    },
    async *changes(signal) {
      const initial = entries.all().map(({ id }) => id);
      for await (const id of feed.follow(initial, signal)) {
        const entry = entries.get(id);
        if (entry !== undefined) yield entry.summary;
      }
    },
    ...membership.operations,
    subscribe: listeners.subscribe,
    async [Symbol.asyncDispose]() {
      closed.abort(fleetClosed());
      await Promise.allSettled(entries.all().map((entry) => entry[Symbol.asyncDispose]()));
      await membership.ended();
      await checks.ended();
      feed.close();
    },
  };
}
