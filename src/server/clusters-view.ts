import { type ClusterProgress, type Store } from "../inventory/index.ts";
import {
  type ClusterId,
  type ClusterInfo,
  type ClusterSummary,
  type Freshness,
  unknownHealth,
} from "../model/index.ts";
import { type ServerDeps } from "./model.ts";

/** What the server knows of one cluster: health and counts as last seen, and how much of it is in the store. */
export type ClusterView = ClusterSummary &
  Readonly<{
    objects: number;
    storeBytes: number;
    /** The worst of its kinds; undefined while none is known. */
    freshness: Freshness | undefined;
    lastSuccessAtMs: number | undefined;
    progress: ClusterProgress | undefined;
  }>;

/** Clusters of which a kind is current; where nothing is kept, those that answered last. */
export function countAskable({ fleet, live, cached }: Pick<ServerDeps, "fleet" | "live" | "cached">): number {
  if (!cached) return fleet.summaries().filter(({ health }) => answers.has(health.state)).length;
  return live.progress().filter(({ kinds }) => kinds.some(({ status }) => status === "live")).length;
}

const answers: ReadonlySet<ClusterSummary["health"]["state"]> = new Set(["Connected", "Degraded"]);

/** Every cluster, in the fleet's order; contacts none. */
export function viewClusters({
  fleet,
  live,
  store,
}: Pick<ServerDeps, "fleet" | "live" | "store">): readonly ClusterView[] {
  const summaries = new Map(fleet.summaries().map((summary) => [summary.info.id, summary]));
  const progress = new Map(live.progress().map((one) => [one.cluster, one]));
  const held = sumStats(store);
  return fleet.clusters().map((info) => {
    const summary = summaries.get(info.id) ?? unseen(info);
    const own = progress.get(info.id);
    const { objects = 0, bytes = 0, freshness } = held.get(info.id) ?? {};
    const seen = [summary.health.lastSuccessAtMs, own?.lastChangeAtMs].filter((time) => time !== undefined);
    return {
      ...summary,
      objects,
      storeBytes: bytes,
      freshness,
      lastSuccessAtMs: seen.length === 0 ? undefined : Math.max(...seen),
      progress: own,
    };
  });
}

const unseen = (info: ClusterInfo): ClusterSummary => ({ info, health: unknownHealth });

type Held = Readonly<{ objects: number; bytes: number; freshness: Freshness }>;

function sumStats(store: Pick<Store, "stats">): ReadonlyMap<ClusterId, Held> {
  const held = new Map<ClusterId, Held>();
  for (const { cluster, objects, heldBytes, freshness } of store.stats()) {
    const before = held.get(cluster);
    held.set(cluster, {
      objects: objects + (before?.objects ?? 0),
      bytes: heldBytes + (before?.bytes ?? 0),
      freshness: before === undefined ? freshness : worse(before.freshness, freshness),
    });
  }
  return held;
}

const ranks = { direct: 0, live: 0, "catching-up": 1, stale: 2 } as const;

/** The less current of the two; of two that are alike, the older. */
function worse(one: Freshness, other: Freshness): Freshness {
  const difference = ranks[other.state] - ranks[one.state];
  if (difference !== 0) return difference > 0 ? other : one;
  return "sinceMs" in one && "sinceMs" in other && other.sinceMs < one.sinceMs ? other : one;
}
