import PQueue from "p-queue";
import { type ClusterId } from "../model/index.ts";
import { Entry, type EntrySurroundings } from "./entry.ts";
import { clusterExists, connectTimedOut } from "./failures.ts";
import { type FleetOptions } from "./model.ts";
import { type PlannedCluster } from "./plan/model.ts";
import { type FleetDeps, reachCluster, type ReachedCluster } from "./reach.ts";
import { refuseRepeats, settle } from "./settle.ts";
import { withinTime } from "./time-limit.ts";

const defaults = { workerPoolSize: 10, connectTimeoutMs: 10_000 };

type EntriesOptions = FleetOptions & Readonly<{ onChange: (id: ClusterId) => void }>;

/** The entries of a fleet in its order, sharing one pool. What is taken out is the caller's to end. */
export type Entries = Readonly<{
  all(): readonly Entry[];
  get(id: ClusterId): Entry | undefined;
  /** Behind the others. Fails with HEDDLE_FLEET_CLUSTER_EXISTS. */
  add(planned: PlannedCluster): Entry;
  take(entry: Entry): void;
  /** A new entry where the one of this id stood. */
  exchange(planned: PlannedCluster): Entry;
  /** Entries that are not named follow in their order. */
  arrange(ids: readonly ClusterId[]): void;
  /** Decides anew who is refused; resolves with those that no longer are. */
  reconsider(): Promise<readonly Entry[]>;
}>;

export function createEntries(deps: FleetDeps, options: EntriesOptions): Entries {
  const entries = new Map<ClusterId, Entry>();
  const all = (): readonly Entry[] => [...entries.values()];
  const surroundings = createSurroundings(deps, options, { all, get: (id) => entries.get(id) });
  const exchange = (planned: PlannedCluster): Entry => {
    const entry = new Entry(planned, surroundings);
    entries.set(entry.id, entry);
    return entry;
  };
  const add = (planned: PlannedCluster): Entry => {
    const known = entries.get(planned.info.id);
    if (known !== undefined) throw clusterExists(known.id, known.planned);
    return exchange(planned);
  };
  for (const planned of options.clusters) add(planned);
  return {
    all,
    get: (id) => entries.get(id),
    add,
    exchange,
    take: ({ id }) => void entries.delete(id),
    arrange(ids) {
      const before = new Map(entries);
      entries.clear();
      for (const id of [...ids, ...before.keys()]) {
        const entry = before.get(id);
        if (entry !== undefined) entries.set(id, entry);
      }
    },
    async reconsider() {
      const refused = all().filter(({ owner }) => owner !== undefined);
      await refuseRepeats(all());
      return refused.filter(({ owner }) => owner === undefined);
    },
  };
}

/** What entries need of each other: the pool, the settling, and being heard. */
function createSurroundings(
  deps: FleetDeps,
  options: EntriesOptions,
  { all, get }: Pick<Entries, "all" | "get">,
): EntrySurroundings {
  const { clock, log } = deps;
  const { connectTimeoutMs = defaults.connectTimeoutMs } = options;
  return {
    clock,
    connectTimeoutMs,
    reach: createPooledReach(deps, { ...options, connectTimeoutMs }),
    settle: (entry, signal) => settle(entry, all(), { signal, clock }),
    onChange(id) {
      const summary = get(id)?.summary;
      log.debug({ cluster: id, state: summary?.health.state, reason: summary?.health.reason }, "cluster state");
      options.onChange(id);
    },
  };
}

/** Reaches clusters, at most so many at a time, each within the time limit that counts from when it has its place. */
function createPooledReach(
  deps: FleetDeps,
  { connectTimeoutMs: limitMs, userAgent, workerPoolSize = defaults.workerPoolSize }: PoolOptions,
): EntrySurroundings["reach"] {
  const pool = new PQueue({ concurrency: workerPoolSize });
  return async (planned, { again, signal }) => {
    const limit = { limitMs, clock: deps.clock, signal, error: () => connectTimedOut(planned.info, limitMs) };
    const reach = (signal: AbortSignal): Promise<ReachedCluster> =>
      reachCluster(planned, deps, { signal, checkTimeoutMs: limitMs, userAgent });
    let work: Promise<ReachedCluster> | undefined;
    try {
      // Those that failed before let those pass that were not tried yet.
      return await pool.add(() => (work = withinTime(reach, limit)), { priority: again ? 0 : 1, signal });
    } finally {
      // The pool gives up on an abort at once; whoever closes the fleet wants its connections closed too.
      await Promise.allSettled([work]);
    }
  };
}

type PoolOptions = Pick<FleetOptions, "workerPoolSize" | "userAgent"> & Readonly<{ connectTimeoutMs: number }>;
