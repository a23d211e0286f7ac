/**
 * fleet: many clusters: which there are, connecting to them, their state, and one question asked of all.
 *
 * Promises   nothing is contacted before it is asked for; a cluster that is slow, dead or lying costs the others only
 *            its place in the pool, for a limited time; of two entries that are one cluster, the later is refused by
 *            name; every mistake of a configuration is told at once; no secret in any message. Clusters come and go
 *            while it runs: one that is removed closes its connections and gives its memory back; an edit of the files
 *            that is not right is told and changes nothing.
 * Ordering   clusters stand in the order of their configuration; answers come as clusters give them, each cluster's own
 *            in its order. Edits of the files, additions and removals happen one after another.
 * Fails      a configuration with UsageError HEDDLE_CONFIG_… (file, line, key), no cluster at all with
 *            HEDDLE_FLEET_EMPTY; a cluster with HEDDLE_FLEET_…, HEDDLE_CLUSTER_… or HEDDLE_CREDENTIAL_…, as its own
 *            answer and never another's.
 * Is not     a cache: it keeps no objects, and what it is asked it asks the clusters.
 */
export { type AccessGap, type AccessReport, checkAccess } from "./access-check.ts";
export { makeClusterIds } from "./cluster-ids.ts";
export { addClusterToConfig, removeClusterFromConfig } from "./config/edit.ts";
export { type ConfigSource, loadConfig, parseConfig } from "./config/load.ts";
export type {
  AuthMethod,
  ClusterConfig,
  ClusterSource,
  FleetConfig,
  LiveSettings,
  RequestLimits,
  ResourceChoice,
  TlsConfig,
} from "./config/model.ts";
export { applyFleetChange } from "./apply-change.ts";
export { createFleet } from "./fleet.ts";
export {
  createFleetSource,
  explainFleetNews,
  type FleetNews,
  type FleetSource,
  type FleetSourceOptions,
} from "./fleet-source.ts";
export { createLatestFeed, type LatestFeed } from "./latest-feed.ts";
export type { Fleet, FleetEvent, FleetListener, FleetOptions } from "./model.ts";
export { planFromConfig } from "./plan/from-config.ts";
export { explainFleetChange, type FleetChange, planFleetChange } from "./plan/fleet-change.ts";
export type { FleetPlan, PlannedCluster } from "./plan/model.ts";
export { type FleetChoice, resolveFleet, type ResolveDeps } from "./plan/resolve-fleet.ts";
export { clusterUid, type FleetDeps } from "./reach.ts";
export { failed } from "./reader/answer.ts";
export { createClusterReader } from "./reader/cluster-reader.ts";
export { onlyKind } from "./reader/find-kind.ts";
export { askEach } from "./reader/merge-answers.ts";
export { badRequest, nameNotFound } from "./reader/refusals.ts";
export { selectClusters } from "./select-clusters.ts";
export { type FleetEdit } from "./source-edits.ts";
