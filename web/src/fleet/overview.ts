import { type Freshness } from "../freshness.ts";
import { type Health } from "../health.ts";

/** What the fleet's page asks, every few seconds. */
export const overviewDocument = /* GraphQL */ `
  query Overview {
    clusters {
      id
      state
      reason
      environment
      region
      version
      objects
      nodes
      nodesReady
      synced
      lastSuccess
      freshness {
        state
        since
      }
    }
    kinds: resourceCounts(by: [KIND, HEALTH], limit: 2000) {
      total
      groups {
        group
        kind
        health
        count
      }
    }
    wrong: resourceCounts(filter: { health: ["unhealthy"] }, by: [STATUS, KIND], limit: 50) {
      total
      groups {
        status
        group
        kind
        count
      }
    }
    examples: resources(filter: { health: ["unhealthy"] }, sort: { by: "age" }, limit: 8) {
      items {
        id
        status
        reason
        createdAt
      }
    }
  }
`;

export type OverviewCluster = Readonly<{
  id: string;
  state: string;
  reason: string;
  environment: string | null;
  region: string | null;
  version: string | null;
  objects: number;
  nodes: number | null;
  nodesReady: number | null;
  synced: boolean;
  lastSuccess: string | null;
  freshness: Freshness | null;
}>;

export type KindCount = Readonly<{ group: string; kind: string; health: string | null; count: number }>;
export type WrongCount = Readonly<{ status: string | null; group: string; kind: string; count: number }>;
export type WrongExample = Readonly<{
  id: string;
  status: string | null;
  reason: string | null;
  createdAt: string | null;
}>;

export type Overview = Readonly<{
  clusters: readonly OverviewCluster[];
  kinds: Readonly<{ total: number; groups: readonly KindCount[] }>;
  wrong: Readonly<{ total: number; groups: readonly WrongCount[] }>;
  examples: Readonly<{ items: readonly WrongExample[] }>;
}>;

/** One kind over the whole fleet, by how its objects are. */
export type KindHealth = Readonly<{ group: string; kind: string; total: number } & Record<Health, number>>;

/** Kinds with their objects by health: what is in trouble first, then what there is most of. Pure. */
export function kindsByHealth(counts: readonly KindCount[]): readonly KindHealth[] {
  const kinds = new Map<string, KindHealth>();
  for (const { group, kind, health, count } of counts) {
    const key = `${group}/${kind}`;
    const known = kinds.get(key) ?? { group, kind, total: 0, healthy: 0, progressing: 0, unhealthy: 0, unknown: 0 };
    const state: Health =
      health === "healthy" || health === "progressing" || health === "unhealthy" ? health : "unknown";
    kinds.set(key, { ...known, total: known.total + count, [state]: known[state] + count });
  }
  return [...kinds.values()].sort((a, b) => rankOf(b) - rankOf(a) || b.total - a.total || (a.kind < b.kind ? -1 : 1));
}

/** Workloads are what people look for: they come before the many small objects around them. */
const worked = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Node", "Service", "Ingress"];

const rankOf = ({ kind, unhealthy }: KindHealth): number =>
  (unhealthy > 0 ? 100 : 0) + (worked.includes(kind) ? worked.length - worked.indexOf(kind) : 0);

const worseFirst: Readonly<Record<string, number>> = { Failed: 3, Degraded: 2, Unknown: 1 };

/** Clusters in trouble first, then those whose answers are old, each in the fleet's order. Pure. */
export function clustersByTrouble(clusters: readonly OverviewCluster[]): readonly OverviewCluster[] {
  const troubleOf = ({ state, freshness }: OverviewCluster): number =>
    (worseFirst[state] ?? 0) * 2 + (freshness !== null && freshness.state !== "live" ? 1 : 0);
  return clusters.toSorted((a, b) => troubleOf(b) - troubleOf(a));
}
