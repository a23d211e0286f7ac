import PQueue from "p-queue";
import { type ClusterId } from "../model/index.ts";
import { Entry, type EntrySurroundings } from "./entry.ts";
import { connectTimedOut } from "./failures.ts";
import { type FleetOptions } from "./model.ts";
import { type FleetDeps, reachCluster, type ReachedCluster } from "./reach.ts";
import { settle } from "./settle.ts";
import { withinTime } from "./time-limit.ts";

const defaults = { workerPoolSize: 10, connectTimeoutMs: 10_000 };

type EntriesOptions = FleetOptions & Readonly<{ onChange: (id: ClusterId) => void }>;

/** The entries of a fleet by id, in the order of the configuration, sharing one pool. */
export function createEntries(deps: FleetDeps, options: EntriesOptions): ReadonlyMap<ClusterId, Entry> {
  const { clock, log } = deps;
  const { connectTimeoutMs = defaults.connectTimeoutMs } = options;
  const entries = new Map<ClusterId, Entry>();
  const surroundings: EntrySurroundings = {
    clock,
    connectTimeoutMs,
    reach: createPooledReach(deps, { ...options, connectTimeoutMs }),
    settle: (entry, signal) => settle(entry, [...entries.values()], { signal, clock }),
    onChange(id) {
      const summary = entries.get(id)?.summary;
      log.debug({ cluster: id, state: summary?.health.state, reason: summary?.health.reason }, "cluster state");
      options.onChange(id);
    },
  };
  for (const planned of options.clusters) entries.set(planned.info.id, new Entry(planned, surroundings));
  return entries;
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
