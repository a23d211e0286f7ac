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
    /**
     * Every summary once, then each that changed, the latest state only; ends with the signal or the fleet. One that is
     * added or relabelled is told here too; that one is gone is told by `subscribe`, and seen in `summaries`.
     */
    changes(signal: AbortSignal): AsyncIterable<ClusterSummary>;
    /** What the cluster was planned as. Fails with HEDDLE_FLEET_UNKNOWN_CLUSTER. */
    planned(id: ClusterId): PlannedCluster;
    /**
     * One more cluster, behind the others; a started fleet connects to it at once. Fails with
     * HEDDLE_FLEET_CLUSTER_EXISTS when there is one of this id.
     */
    add(planned: PlannedCluster): void;
    /**
     * Ends everything that goes on with the cluster (HEDDLE_FLEET_CLUSTER_REMOVED) and closes its connections; resolves
     * when they are closed. A later entry that was refused as the same cluster takes its place. Fails with
     * HEDDLE_FLEET_UNKNOWN_CLUSTER.
     */
    remove(id: ClusterId): Promise<void>;
    /** Removes the cluster of this id and adds this one, in its place. Fails as `remove` does. */
    replace(planned: PlannedCluster): Promise<void>;
    /** Another name, environment, region or origin for the cluster of this id; its connections stay. Fails as `remove`. */
    relabel(planned: PlannedCluster): void;
    /**
     * Another order; ids that are not named follow in theirs, unknown ones are left out. It decides which of two entries
     * for one cluster is refused.
     */
    arrange(ids: readonly ClusterId[]): Promise<void>;
    /**
     * Calls `listener` at once for every cluster that is added or removed from now on: `removed` as soon as it is no
     * longer in the fleet, before its connections are closed. The answer ends it.
     */
    subscribe(listener: FleetListener): () => void;
  }>;

export type FleetEvent = Readonly<{ type: "added" | "removed"; id: ClusterId }>;

/** What it throws is logged, and goes no further. */
export type FleetListener = (event: FleetEvent) => void;
