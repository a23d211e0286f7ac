import { abortable, isHeddleError } from "../base/index.ts";
import { type Cluster, type ClusterDeps, createCluster } from "../cluster/index.ts";
import { stringAt } from "../model/index.ts";
import { type PlannedCluster } from "./plan/model.ts";

export type FleetDeps = ClusterDeps;

/** A cluster that answered us, and what tells whether another entry reaches the same. */
export type ReachedCluster = Readonly<{
  cluster: Cluster;
  /** Of the kube-system namespace; undefined where we may not ask, or there is none. */
  uid: string | undefined;
}>;

export type ReachOptions = Readonly<{
  signal: AbortSignal;
  /** Of each question of a health check. */
  checkTimeoutMs: number;
  userAgent: string | undefined;
}>;

/**
 * Reads the way in, and asks the API server who it is. Fails when it does not answer or does not accept us, at once when
 * the signal aborts, and never before its connections are closed.
 */
export async function reachCluster(
  planned: PlannedCluster,
  deps: FleetDeps,
  { signal, checkTimeoutMs, userAgent }: ReachOptions,
): Promise<ReachedCluster> {
  const access = await abortable(planned.access(), signal);
  const { qps, burst, timeoutMs } = planned.limits;
  const health = { timeoutMs: checkTimeoutMs };
  const cluster = createCluster(deps, { id: planned.info.id, access, qps, burst, timeoutMs, userAgent, health });
  try {
    return { cluster, uid: await clusterUid(cluster, signal) };
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the API server answers itself: it is there and knows us, whatever else is wrong. That is for a health check. */
const answers = new Set([
  "HEDDLE_CLUSTER_FORBIDDEN",
  "HEDDLE_CLUSTER_NOT_FOUND",
  "HEDDLE_CLUSTER_TOO_MANY_REQUESTS",
  "HEDDLE_CLUSTER_UNAVAILABLE",
]);

/**
 * The uid of kube-system, which lives as long as its cluster and is the same whatever address, proxy or user leads to
 * it. Undefined where it cannot be told; fails when nobody answers, or does not accept us.
 */
export async function clusterUid({ api }: Cluster, signal: AbortSignal): Promise<string | undefined> {
  try {
    return stringAt(await api.json({ path: "/api/v1/namespaces/kube-system", signal }), "metadata", "uid");
  } catch (error) {
    if (isHeddleError(error) && answers.has(error.code)) return undefined;
    throw error;
  }
}
