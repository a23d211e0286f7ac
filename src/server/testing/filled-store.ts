import { systemClock } from "../../base/index.ts";
import { createStore, type Store } from "../../inventory/index.ts";
import { type ClusterId, type KubeObject, type Resource } from "../../model/index.ts";

export const resourceOf = (group: string, kind: string, given: Partial<Resource> = {}): Resource => ({
  group,
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  singular: kind.toLowerCase(),
  namespaced: true,
  verbs: ["list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
  ...given,
});

export const podResource = resourceOf("", "Pod", { shortNames: ["po"], categories: ["all"] });
export const nodeResource = resourceOf("", "Node", { namespaced: false });
export const secretResource = resourceOf("", "Secret");

export const podOf = (name: string, given: Readonly<Record<string, unknown>> = {}): KubeObject =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", name, uid: `uid-${name}`, resourceVersion: "1", labels: { app: "web" } },
    spec: { nodeName: "node-1", containers: [{ name: "c", image: "registry.example/web:1" }] },
    status: { phase: "Running" },
    ...given,
  }) as KubeObject;

/** A store with "east": the node node-1, and as many pods on it, named pod-0, pod-1 and so on. */
export function filledStore(cluster: ClusterId, pods: number): Store {
  const store = createStore({ clock: systemClock });
  const node: KubeObject = { apiVersion: "v1", kind: "Node", metadata: { name: "node-1", uid: "uid-node-1" } };
  store.apply(cluster, nodeResource, [{ type: "created", object: node }]);
  store.apply(
    cluster,
    podResource,
    Array.from({ length: pods }, (_, index) => ({ type: "created", object: podOf(`pod-${index}`) })),
  );
  for (const resource of [nodeResource, podResource]) store.setFreshness({ cluster, resource }, "live");
  return store;
}
