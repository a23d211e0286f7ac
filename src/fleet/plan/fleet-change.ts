import { type ClusterId } from "../../model/index.ts";
import { type FleetPlan, type PlannedCluster } from "./model.ts";

/** What leads from one plan to another. */
export type FleetChange = Readonly<{
  added: readonly PlannedCluster[];
  removed: readonly ClusterId[];
  /** Their way in, limits or resources are others: removed and added again, in their place. */
  replaced: readonly PlannedCluster[];
  /** Only called or grouped otherwise: connections stay. */
  relabelled: readonly PlannedCluster[];
  /** Nothing but where they were found is another. */
  moved: readonly PlannedCluster[];
  /** Every id as it stands afterwards, where the order of those that stay is another; else undefined. */
  order: readonly ClusterId[] | undefined;
  /** Keys of the configuration whose new value only a restart obeys. */
  needsRestart: readonly string[];
}>;

/** Compares two plans; contacts no one, changes nothing. Of a plan with itself there is nothing to do. */
export function planFleetChange(before: FleetPlan, after: FleetPlan): FleetChange {
  const known = byId(before.clusters);
  const wanted = byId(after.clusters);
  const staying = after.clusters.flatMap((cluster) => {
    const old = known.get(cluster.info.id);
    return old === undefined ? [] : [{ old, cluster, kind: differenceOf(old, cluster) }];
  });
  const ofKind = (kind: Difference): readonly PlannedCluster[] =>
    staying.filter((each) => each.kind === kind).map(({ cluster }) => cluster);
  const added = after.clusters.filter(({ info }) => !known.has(info.id));
  const left = before.clusters.filter(({ info }) => wanted.has(info.id));
  // What applying the rest gives: those that stay, then the new ones.
  const appended = idsOf([...left, ...added]);
  const order = idsOf(after.clusters);
  return {
    added,
    removed: idsOf(before.clusters.filter(({ info }) => !wanted.has(info.id))),
    replaced: ofKind("connection"),
    relabelled: ofKind("labels"),
    moved: ofKind("place"),
    order: order.every((id, index) => id === appended[index]) ? undefined : order,
    needsRestart: changedSettings(before, after),
  };
}

/** How two plans of one cluster differ: what asks for most is told. */
export type Difference = "connection" | "labels" | "place" | "none";

export function differenceOf(before: PlannedCluster, after: PlannedCluster): Difference {
  const connection = ({ way, limits, resources }: PlannedCluster) =>
    JSON.stringify([way, limits.qps, limits.burst, limits.timeoutMs, resources.include, resources.exclude]);
  const labels = ({ info: { name, environment, region } }: PlannedCluster) =>
    JSON.stringify([name, environment, region]);
  if (connection(before) !== connection(after)) return "connection";
  if (labels(before) !== labels(after)) return "labels";
  return before.origin === after.origin ? "none" : "place";
}

/** One line each for people: what comes, goes, changes, and what waits for a restart. Empty when nothing does. */
export function explainFleetChange(change: FleetChange): readonly string[] {
  const named = (what: string, ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : [`${what} ${ids.slice(0, 10).join(", ")}${ids.length > 10 ? `, … (${ids.length})` : ""}`];
  return [
    ...named("added", idsOf(change.added)),
    ...named("removed", change.removed),
    ...named("connecting anew to", idsOf(change.replaced)),
    ...named("renamed or regrouped", idsOf(change.relabelled)),
    // A new one that stands between others says no more than that it is new.
    ...(change.order === undefined || change.added.length > 0 ? [] : ["the order changed"]),
    ...named("needs a restart to take effect:", change.needsRestart),
  ];
}

const byId = (clusters: readonly PlannedCluster[]): ReadonlyMap<ClusterId, PlannedCluster> =>
  new Map(clusters.map((cluster) => [cluster.info.id, cluster]));

const idsOf = (clusters: readonly PlannedCluster[]): readonly ClusterId[] => clusters.map(({ info }) => info.id);

/** The settings under the names that the file gives them. */
const settingsOf = ({ defaultNamespace, live }: FleetPlan): Readonly<Record<string, unknown>> => ({
  default_namespace: defaultNamespace,
  enable_cache: live.enableCache,
  enable_disk_cache: live.enableDiskCache,
  cache_ttl: live.cacheTtlMs,
  enable_relationships: live.enableRelationships,
  resync_period: live.resyncPeriodMs,
  worker_pool_size: live.workerPoolSize,
  enable_mutations: live.enableMutations,
});

function changedSettings(before: FleetPlan, after: FleetPlan): readonly string[] {
  const old = settingsOf(before);
  return Object.entries(settingsOf(after)).flatMap(([key, value]) => (value === old[key] ? [] : [key]));
}
