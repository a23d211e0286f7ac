import { type Resource, splitApiVersion } from "../../model/index.ts";

const clusterScoped = new Set([
  "Node",
  "Namespace",
  "PersistentVolume",
  "StorageClass",
  "PriorityClass",
  "RuntimeClass",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
]);

/** A kind as discovery tells it, near enough for what is only in memory. */
export function resourceOf(apiVersion: string, kind: string): Resource {
  const singular = kind.toLowerCase();
  return {
    ...splitApiVersion(apiVersion),
    kind,
    plural: `${singular}s`,
    singular,
    namespaced: !clusterScoped.has(kind),
    verbs: ["list", "watch"],
    shortNames: [],
    categories: [],
    subresources: [],
  };
}
