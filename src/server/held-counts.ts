import { type Store } from "../inventory/index.ts";
import { type ClusterId, type ClusterSummary } from "../model/index.ts";

export type HeldCounts = Pick<ClusterSummary, "nodes" | "namespaces">;

const kinds = [
  { group: "", kind: "Node" },
  { group: "", kind: "Namespace" },
] as const;

/**
 * Nodes and namespaces of each cluster as the store has them, so that they agree with every other count of the same
 * moment. Of a cluster that the store has none of, nothing: the health check's counts stand in.
 */
export async function heldCounts(
  store: Pick<Store, "count">,
  signal: AbortSignal,
): Promise<ReadonlyMap<ClusterId, HeldCounts>> {
  const { groups } = await store.count({ kinds }, ["cluster", "kind", "status"], signal);
  const held = new Map<ClusterId, HeldCounts>();
  for (const { cluster, kind, status = "", count } of groups) {
    if (cluster === undefined) continue;
    const before = held.get(cluster) ?? {};
    if (kind?.kind === "Namespace") held.set(cluster, { ...before, namespaces: (before.namespaces ?? 0) + count });
    else {
      const { ready = 0, total = 0 } = before.nodes ?? {};
      // "Ready,SchedulingDisabled" is a ready node that takes no new pods.
      const isReady = status.split(",")[0] === "Ready";
      held.set(cluster, { ...before, nodes: { ready: ready + (isReady ? count : 0), total: total + count } });
    }
  }
  return held;
}
