import { type Resource, resourceName } from "../../model/index.ts";

/** Short names of Kubernetes' own kinds, for those of a cluster that cannot be asked: "deployments.apps" is "deploy". */
const usual: Readonly<Record<string, readonly string[]>> = {
  configmaps: ["cm"],
  endpoints: ["ep"],
  events: ["ev"],
  limitranges: ["limits"],
  namespaces: ["ns"],
  nodes: ["no"],
  persistentvolumeclaims: ["pvc"],
  persistentvolumes: ["pv"],
  pods: ["po"],
  replicationcontrollers: ["rc"],
  resourcequotas: ["quota"],
  serviceaccounts: ["sa"],
  services: ["svc"],
  "customresourcedefinitions.apiextensions.k8s.io": ["crd", "crds"],
  "daemonsets.apps": ["ds"],
  "deployments.apps": ["deploy"],
  "replicasets.apps": ["rs"],
  "statefulsets.apps": ["sts"],
  "horizontalpodautoscalers.autoscaling": ["hpa"],
  "cronjobs.batch": ["cj"],
  "ingresses.networking.k8s.io": ["ing"],
  "networkpolicies.networking.k8s.io": ["netpol"],
  "poddisruptionbudgets.policy": ["pdb"],
  "priorityclasses.scheduling.k8s.io": ["pc"],
  "storageclasses.storage.k8s.io": ["sc"],
};

/** What `get all` means everywhere. */
const inAll: ReadonlySet<string> = new Set([
  "pods",
  "replicationcontrollers",
  "services",
  "daemonsets.apps",
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "horizontalpodautoscalers.autoscaling",
  "cronjobs.batch",
  "jobs.batch",
]);

/**
 * A kind of a cluster that cannot be asked, or was not yet: named by what is known of it, and by the words by which
 * people ask for a kind of this name in any cluster.
 */
export const resourceAsUsual = ({ group, version, kind, plural, namespaced }: NamedKind): Resource => ({
  group,
  version,
  kind,
  plural,
  namespaced,
  singular: kind.toLowerCase(),
  verbs: ["list", "watch"],
  ...usualWords(resourceName({ group, plural })),
  subresources: [],
});

type NamedKind = Pick<Resource, "group" | "version" | "kind" | "plural" | "namespaced">;

/** By "deployments.apps". */
const usualWords = (name: string): Pick<Resource, "shortNames" | "categories"> => ({
  shortNames: usual[name] ?? [],
  categories: inAll.has(name) ? ["all"] : [],
});
