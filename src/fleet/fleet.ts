import PQueue from "p-queue";
import { abortable, anySignal, between, messageOf } from "../base/index.ts";
import { type ClusterId, type ClusterSummary } from "../model/index.ts";
import { Entry, type EntrySurroundings } from "./entry.ts";
import { connectTimedOut, fleetClosed, unknownCluster } from "./failures.ts";
import { createLatestFeed } from "./latest-feed.ts";
import { type Fleet, type FleetOptions } from "./model.ts";
import { type FleetDeps, reachCluster, type ReachedCluster } from "./reach.ts";
import { findRepeats } from "./repeats.ts";
import { withinTime } from "./time-limit.ts";

const defaults = { workerPoolSize: 10, connectTimeoutMs: 10_000, checkIntervalMs: 30_000 };

/** A fleet of the planned clusters. Contacts none of them before it is asked or started. */
export function createFleet(deps: FleetDeps, options: FleetOptions): Fleet {
  const { clock, random, log } = deps;
  const checkIntervalMs = options.checkIntervalMs ?? defaults.checkIntervalMs;
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
  const keepChecking = async (entry: Entry): Promise<void> => {
    while (!entry.signal.aborted) {
      try {
        await entry.check(entry.signal);
      } catch (error) {
        if (!entry.signal.aborted) log.error({ cluster: entry.id, error: messageOf(error) }, "a check failed");
      }
      await clock.sleep(checkIntervalMs * between(random, 0.8, 1.2), entry.signal);
    }
  };

  return {
    clusters: () => [...entries.values()].map(({ summary }) => summary.info),
    summaries: () => [...entries.values()].map(({ summary }) => summary),
    connect: async (id, signal) => entryOf(id).connect(signal),
    check: async (id, signal) => entryOf(id).check(signal),
    start() {
      closed.signal.throwIfAborted();
      loops ??= Promise.allSettled([...entries.values()].map(keepChecking));
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

type EntriesOptions = FleetOptions & Readonly<{ onChange: (id: ClusterId) => void }>;

function createEntries(deps: FleetDeps, options: EntriesOptions): ReadonlyMap<ClusterId, Entry> {
  const { clock, log } = deps;
  const { onChange, userAgent, connectTimeoutMs = defaults.connectTimeoutMs } = options;
  const pool = new PQueue({ concurrency: options.workerPoolSize ?? defaults.workerPoolSize });
  const entries = new Map<ClusterId, Entry>();
  const surroundings: EntrySurroundings = {
    clock,
    connectTimeoutMs,
    async reach(planned, { again, signal }) {
      const error = () => connectTimedOut(planned.info, connectTimeoutMs);
      const reach = (signal: AbortSignal) =>
        reachCluster(planned, deps, { signal, checkTimeoutMs: connectTimeoutMs, userAgent });
      let work: Promise<ReachedCluster> | undefined;
      try {
        return await pool.add(
          () => (work = withinTime(reach, { limitMs: connectTimeoutMs, clock, signal, error })),
          // Those that failed before let those pass that were not tried yet.
          { priority: again ? 0 : 1, signal },
        );
      } finally {
        // The pool gives up on an abort at once; whoever closes the fleet wants its connections closed too.
        await Promise.allSettled([work]);
      }
    },
    settle: (entry, signal) => settle(entry, [...entries.values()], { signal, clock }),
    onChange(id) {
      const { health, info }: Partial<ClusterSummary> = entries.get(id)?.summary ?? {};
      log.debug({ cluster: id, server: info?.server, state: health?.state, reason: health?.reason }, "cluster state");
      onChange(id);
    },
  };
  for (const planned of options.clusters) entries.set(planned.info.id, new Entry(planned, surroundings));
  return entries;
}

/** How long an entry that was reached waits for an earlier one that may be the same cluster at another address. */
const graceMs = 1_000;

/**
 * Refuses whoever reaches a cluster that an earlier entry reaches. An earlier one that is only just connecting is waited
 * for when it may be the same, or both would be used for a moment, now the one first, now the other: at the same address
 * until it is known, for the address is as good for the one as for the other; at another, which may be dead, for a
 * moment. What comes later than that decides anew.
 */
async function settle(entry: Entry, entries: readonly Entry[], { signal, clock }: SettleOptions): Promise<void> {
  const earlier = entries.slice(0, entries.indexOf(entry));
  const attempts = (rivals: readonly Entry[]) => Promise.all(rivals.map((rival) => rival.attempted()));
  const ended = new AbortController();
  const either = anySignal(signal, ended.signal);
  await Promise.allSettled([
    abortable(attempts(earlier.filter((rival) => sameServer(rival, entry))), signal),
    Promise.race([
      attempts(earlier.filter((rival) => sameAuthority(rival, entry))),
      clock.sleep(graceMs, either),
    ]).finally(() => ended.abort()),
  ]);
  const repeats = findRepeats(entries);
  await Promise.all(entries.map((each) => each.refuse(repeats.get(each.id))));
}

type SettleOptions = Readonly<{ signal: AbortSignal; clock: FleetDeps["clock"] }>;

const sameServer = ({ planned: a }: Entry, { planned: b }: Entry): boolean =>
  a.info.server !== "" && a.info.server === b.info.server;

const sameAuthority = ({ planned: a }: Entry, { planned: b }: Entry): boolean =>
  a.authority !== undefined && a.authority === b.authority;
