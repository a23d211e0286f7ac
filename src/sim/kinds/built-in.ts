import { type ServedResource } from "./model.ts";
import { builtInColumns } from "./columns.ts";

type Extra = Partial<
  Pick<
    ServedResource,
    "shortNames" | "categories" | "hasStatus" | "scale" | "graceful" | "selectableFields" | "generations"
  >
> &
  Readonly<{ plural?: string; clusterWide?: boolean; verbs?: readonly string[] }>;

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const replicas = { specReplicas: ".spec.replicas", statusReplicas: ".status.replicas", selector: ".status.selector" };
const workload: Extra = { categories: ["all"], hasStatus: true, generations: true };

/** The kinds of a common cluster, by group and version: names, short names and subresources as Kubernetes 1.34 has them. */
const table: readonly (readonly [groupVersion: string, kind: string, extra: Extra])[] = [
  ["v1", "ConfigMap", { shortNames: ["cm"] }],
  ["v1", "Endpoints", { plural: "endpoints", shortNames: ["ep"] }],
  [
    "v1",
    "Event",
    {
      shortNames: ["ev"],
      selectableFields: [
        "involvedObject.kind",
        "involvedObject.name",
        "involvedObject.namespace",
        "involvedObject.uid",
        "reason",
        "type",
      ],
    },
  ],
  ["v1", "LimitRange", { shortNames: ["limits"] }],
  [
    "v1",
    "Namespace",
    {
      clusterWide: true,
      shortNames: ["ns"],
      hasStatus: true,
      selectableFields: ["status.phase"],
      verbs: allVerbs.filter((verb) => verb !== "deletecollection"),
    },
  ],
  ["v1", "Node", { clusterWide: true, shortNames: ["no"], hasStatus: true, selectableFields: ["spec.unschedulable"] }],
  ["v1", "PersistentVolume", { clusterWide: true, shortNames: ["pv"], hasStatus: true }],
  ["v1", "PersistentVolumeClaim", { shortNames: ["pvc"], hasStatus: true }],
  [
    "v1",
    "Pod",
    {
      shortNames: ["po"],
      categories: ["all"],
      hasStatus: true,
      graceful: true,
      generations: true,
      selectableFields: [
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "status.phase",
        "status.podIP",
      ],
    },
  ],
  ["v1", "ReplicationController", { shortNames: ["rc"], ...workload, scale: replicas }],
  ["v1", "ResourceQuota", { shortNames: ["quota"], hasStatus: true }],
  ["v1", "Secret", { selectableFields: ["type"] }],
  [
    "v1",
    "Service",
    { shortNames: ["svc"], categories: ["all"], hasStatus: true, selectableFields: ["spec.clusterIP", "spec.type"] },
  ],
  ["v1", "ServiceAccount", { shortNames: ["sa"] }],
  ["apps/v1", "ControllerRevision", {}],
  ["apps/v1", "DaemonSet", { shortNames: ["ds"], ...workload }],
  ["apps/v1", "Deployment", { shortNames: ["deploy"], ...workload, scale: replicas }],
  ["apps/v1", "ReplicaSet", { shortNames: ["rs"], ...workload, scale: replicas }],
  ["apps/v1", "StatefulSet", { shortNames: ["sts"], ...workload, scale: replicas }],
  ["authorization.k8s.io/v1", "SelfSubjectAccessReview", { clusterWide: true, verbs: ["create"] }],
  ["authorization.k8s.io/v1", "SelfSubjectRulesReview", { clusterWide: true, verbs: ["create"] }],
  ["autoscaling/v2", "HorizontalPodAutoscaler", { shortNames: ["hpa"], categories: ["all"], hasStatus: true }],
  ["batch/v1", "CronJob", { shortNames: ["cj"], ...workload }],
  ["batch/v1", "Job", { ...workload, selectableFields: ["status.successful"] }],
  ["coordination.k8s.io/v1", "Lease", {}],
  ["discovery.k8s.io/v1", "EndpointSlice", {}],
  ["networking.k8s.io/v1", "Ingress", { plural: "ingresses", shortNames: ["ing"], hasStatus: true, generations: true }],
  ["networking.k8s.io/v1", "IngressClass", { plural: "ingressclasses", clusterWide: true, generations: true }],
  ["networking.k8s.io/v1", "NetworkPolicy", { plural: "networkpolicies", shortNames: ["netpol"], generations: true }],
  ["policy/v1", "PodDisruptionBudget", { shortNames: ["pdb"], hasStatus: true, generations: true }],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", { clusterWide: true }],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding", { clusterWide: true }],
  ["rbac.authorization.k8s.io/v1", "Role", {}],
  ["rbac.authorization.k8s.io/v1", "RoleBinding", {}],
  [
    "scheduling.k8s.io/v1",
    "PriorityClass",
    { plural: "priorityclasses", clusterWide: true, shortNames: ["pc"], generations: true },
  ],
  ["storage.k8s.io/v1", "StorageClass", { plural: "storageclasses", clusterWide: true, shortNames: ["sc"] }],
  ["node.k8s.io/v1", "RuntimeClass", { plural: "runtimeclasses", clusterWide: true }],
  [
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    {
      clusterWide: true,
      shortNames: ["crd", "crds"],
      categories: ["api-extensions"],
      hasStatus: true,
      generations: true,
    },
  ],
];

/** Kubernetes' own kinds that are served. */
export const builtInResources: readonly ServedResource[] = table.map(([groupVersion, kind, extra]) => {
  const [version = "", group = ""] = groupVersion.split("/").toReversed();
  const { plural = `${kind.toLowerCase()}s`, clusterWide = false, verbs = allVerbs, ...rest } = extra;
  const {
    shortNames = [],
    categories = [],
    hasStatus = false,
    selectableFields = [],
    generations = false,
    ...flags
  } = rest;
  return {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: !clusterWide,
    verbs,
    shortNames,
    categories,
    subresources: subresourcesOf({ group, version, kind }, { hasStatus, scaled: flags.scale !== undefined }),
    listKind: kind === "Endpoints" ? "EndpointsList" : `${kind}List`,
    collection: group === "" ? plural : `${plural}.${group}`,
    hasStatus,
    selectableFields,
    generations,
    columns: builtInColumns[kind] ?? [],
    ...flags,
  };
});

/** What stands below an object in the URL. */
export function subresourcesOf(
  { group, version, kind }: Pick<ServedResource, "group" | "version" | "kind">,
  { hasStatus, scaled }: Readonly<{ hasStatus: boolean; scaled: boolean }>,
): ServedResource["subresources"] {
  const verbs = ["get", "patch", "update"];
  return [
    ...(hasStatus ? [{ name: "status", kind, group, version, verbs }] : []),
    ...(scaled ? [{ name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs }] : []),
  ];
}
