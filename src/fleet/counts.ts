import { type Cluster } from "../cluster/index.ts";
import { type ClusterSummary, listAt, numberAt, stringAt } from "../model/index.ts";

export type ClusterCounts = Pick<ClusterSummary, "nodes" | "namespaces">;

/** Nodes and namespaces of a cluster; what cannot be asked, or may not, is left out. Throws only when aborted. */
export async function countCluster({ api }: Cluster, signal: AbortSignal): Promise<ClusterCounts> {
  const [nodes, namespaces] = await Promise.allSettled([countNodes(api, signal), countNamespaces(api, signal)]);
  signal.throwIfAborted();
  return {
    ...(nodes.status === "fulfilled" && nodes.value !== undefined && { nodes: nodes.value }),
    ...(namespaces.status === "fulfilled" && { namespaces: namespaces.value }),
  };
}

/**
 * As a Table without objects, from the API server's cache: a row is a hundred bytes where a node is ten thousand.
 * Undefined when the server answers with something else.
 */
async function countNodes(api: Cluster["api"], signal: AbortSignal): Promise<ClusterCounts["nodes"]> {
  const table = await api.json({
    path: "/api/v1/nodes",
    query: { includeObject: "None", resourceVersion: "0" },
    accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    signal,
  });
  const column = listAt(table, "columnDefinitions").findIndex(
    (definition) => stringAt(definition, "name") === "Status",
  );
  if (table["kind"] !== "Table" || column < 0) return undefined;
  // "Ready,SchedulingDisabled" is a ready node that takes no new pods.
  const states = listAt(table, "rows").map((row) => stringAt(row, "cells", column)?.split(",")[0]);
  return { ready: states.filter((state) => state === "Ready").length, total: states.length };
}

/** One object and how many remain: namespaces may be thousands. */
async function countNamespaces(api: Cluster["api"], signal: AbortSignal): Promise<number> {
  const page = await api.json({ path: "/api/v1/namespaces", query: { limit: 1 }, signal });
  return listAt(page, "items").length + (numberAt(page, "metadata", "remainingItemCount") ?? 0);
}
