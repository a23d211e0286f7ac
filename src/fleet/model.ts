import { type Cluster } from "../cluster/index.ts";
import { type ClusterId, type ClusterInfo, type ClusterSummary } from "../model/index.ts";
import { type PlannedCluster } from "./plan/model.ts";

export type FleetOptions = Readonly<{
  /** In order: of two entries that reach the same cluster, the earlier is kept. */
  clusters: readonly PlannedCluster[];
  /** How many connect at a time. Default 10. */
  workerPoolSize?: number | undefined;
  /** How long one may take to connect, and hold its place in the pool. Default 10 s. */
  connectTimeoutMs?: number | undefined;
  /** Between two health checks of one cluster, give or take a fifth at random. Default 30 s. */
  checkIntervalMs?: number | undefined;
  /** Told to the API servers. */
  userAgent?: string | undefined;
}>;

/**
 * Many clusters. Each connects, fails and recovers on its own: one that is slow, dead or lying costs the others nothing
 * but its place in the pool, for a limited time. Nothing is contacted before it is asked for.
 */
export type Fleet = AsyncDisposable &
  Readonly<{
    /** In the order of the configuration. */
    clusters(): readonly ClusterInfo[];
    /** What was last seen of each; contacts no one. */
    summaries(): readonly ClusterSummary[];
    /**
     * The cluster, connected: at once when it is already, else as soon as the pool has a place. Callers share one
     * attempt. Fails with why it cannot be had: HEDDLE_CREDENTIAL_…, HEDDLE_CLUSTER_…, HEDDLE_FLEET_REPEATED when an
     * earlier entry reaches the same cluster, HEDDLE_FLEET_UNKNOWN_CLUSTER.
     */
    connect(id: ClusterId, signal: AbortSignal): Promise<Cluster>;
    /** Health and counts, asked anew. What is wrong is in the answer; fails only when aborted, closed or unknown. */
    check(id: ClusterId, signal: AbortSignal): Promise<ClusterSummary>;
    /** Connects to every cluster and checks each from now on. More than once is the same as once. */
    start(): void;
    /** Every summary once, then each that changed, the latest state only; ends with the signal or the fleet. */
    changes(signal: AbortSignal): AsyncIterable<ClusterSummary>;
  }>;
