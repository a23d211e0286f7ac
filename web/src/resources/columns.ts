import { parseId } from "../resource-path.ts";
import { type Row } from "./row.ts";

/** One column: what it says of a row, by what the server sorts it, and how wide it is. */
export type Column = Readonly<{
  title: string;
  /** Left out: the server cannot sort by it. */
  sort?: string;
  /** At least so wide, in rem. */
  min: number;
  /** Its share of what is left; 0 keeps it as it is. */
  grow: number;
  /** Shown on a telephone too. */
  narrow?: boolean;
  /** Numbers stand under each other at their end. */
  number?: boolean;
  /** A time is shown as an age, a status with its shape and colour, a name as a link. */
  shows: "name" | "kind" | "namespace" | "cluster" | "status" | "age" | "text";
  text(row: Row): string;
}>;

const attribute = (name: string, title: string, { min = 5, grow = 1, number = false, age = false } = {}): Column => ({
  title,
  sort: name,
  min,
  grow,
  number,
  shows: age ? "age" : "text",
  text: ({ attributes }) => attributeText(attributes[name]),
});

/** An attribute's value in words: lists joined, what is not there empty. */
export function attributeText(value: unknown): string {
  if (Array.isArray(value)) return value.map(attributeText).join(", ");
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
}

const name: Column = {
  title: "Name",
  sort: "name",
  min: 9,
  grow: 2.2,
  narrow: true,
  shows: "name",
  text: ({ id }) => parseId(id)?.name ?? id,
};
const kind: Column = {
  title: "Kind",
  sort: "kind",
  min: 6.5,
  grow: 1,
  shows: "kind",
  text: ({ id }) => parseId(id)?.kind ?? "",
};
const namespace: Column = {
  title: "Namespace",
  sort: "namespace",
  min: 5.5,
  grow: 0.9,
  shows: "namespace",
  text: ({ id }) => parseId(id)?.namespace ?? "",
};
const cluster: Column = {
  title: "Cluster",
  sort: "cluster",
  min: 7,
  grow: 1.1,
  shows: "cluster",
  text: ({ id }) => parseId(id)?.cluster ?? "",
};
const status: Column = {
  title: "Status",
  sort: "status",
  min: 9.25,
  grow: 1.1,
  narrow: true,
  shows: "status",
  text: (row) => row.status ?? "",
};
const age: Column = {
  title: "Age",
  sort: "age",
  min: 4.5,
  grow: 0,
  number: true,
  narrow: true,
  shows: "age",
  text: ({ createdAt }) => createdAt ?? "",
};

const ready = attribute("ready", "Ready", { min: 4, grow: 0.4, number: true });
const images = attribute("images", "Images", { min: 9, grow: 1.6 });

/** What is worth a column of each kind: as `heddle get` has them, from attributes. */
const byKind: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    ready,
    attribute("restarts", "Restarts", { min: 5.25, grow: 0, number: true }),
    attribute("node", "Node", { min: 6, grow: 1.1 }),
    attribute("ip", "IP", { min: 7.5, grow: 0.6 }),
  ],
  "Deployment.apps": [
    ready,
    attribute("updatedReplicas", "Up to date", { min: 5.75, grow: 0, number: true }),
    attribute("availableReplicas", "Available", { min: 5.5, grow: 0, number: true }),
    images,
  ],
  "StatefulSet.apps": [ready, attribute("service", "Service"), images],
  "DaemonSet.apps": [ready, images],
  "ReplicaSet.apps": [ready, attribute("revision", "Revision", { min: 5, grow: 0, number: true }), images],
  "Job.batch": [
    attribute("succeeded", "Succeeded", { min: 5.75, grow: 0, number: true }),
    attribute("completions", "Wanted", { min: 5, grow: 0, number: true }),
    attribute("failed", "Failed", { min: 4.5, grow: 0, number: true }),
    images,
  ],
  "CronJob.batch": [
    attribute("schedule", "Schedule"),
    attribute("active", "Active", { min: 4.5, grow: 0, number: true }),
    images,
  ],
  Node: [
    attribute("roles", "Roles"),
    attribute("version", "Version"),
    attribute("internalIP", "Address"),
    attribute("cpu", "CPU", { min: 4, grow: 0, number: true }),
    attribute("memory", "Memory", { min: 6, grow: 0, number: true }),
  ],
  Service: [
    attribute("type", "Type"),
    attribute("clusterIP", "Cluster IP"),
    attribute("ports", "Ports", { min: 7, grow: 1.2 }),
    attribute("selector", "Selector", { min: 7, grow: 1.2 }),
  ],
  "Ingress.networking.k8s.io": [
    attribute("class", "Class"),
    attribute("hosts", "Hosts"),
    attribute("addresses", "Addresses"),
  ],
  PersistentVolumeClaim: [
    attribute("capacity", "Capacity", { min: 4, grow: 0.4, number: true }),
    attribute("volume", "Volume"),
    attribute("storageClass", "Storage class"),
  ],
  PersistentVolume: [
    attribute("capacity", "Capacity", { min: 4, grow: 0.4, number: true }),
    attribute("claim", "Claim"),
    attribute("storageClass", "Storage class"),
  ],
  "HorizontalPodAutoscaler.autoscaling": [
    attribute("target", "Target"),
    attribute("currentReplicas", "Replicas", { min: 4, grow: 0.4, number: true }),
    attribute("minReplicas", "Min", { min: 4, grow: 0, number: true }),
    attribute("maxReplicas", "Max", { min: 4, grow: 0, number: true }),
  ],
  "NetworkPolicy.networking.k8s.io": [attribute("policyTypes", "Types"), attribute("selector", "Selector")],
  "RoleBinding.rbac.authorization.k8s.io": [attribute("role", "Role"), attribute("subjects", "Subjects")],
  "ClusterRoleBinding.rbac.authorization.k8s.io": [attribute("role", "Role"), attribute("subjects", "Subjects")],
  Secret: [attribute("type", "Type")],
};

/** Kinds of Kubernetes that stand in no namespace. */
const withoutNamespace = new Set([
  "Node",
  "Namespace",
  "PersistentVolume",
  "StorageClass.storage.k8s.io",
  "CSIDriver.storage.k8s.io",
  "CSINode.storage.k8s.io",
  "VolumeAttachment.storage.k8s.io",
  "ClusterRole.rbac.authorization.k8s.io",
  "ClusterRoleBinding.rbac.authorization.k8s.io",
  "CustomResourceDefinition.apiextensions.k8s.io",
  "APIService.apiregistration.k8s.io",
  "PriorityClass.scheduling.k8s.io",
  "RuntimeClass.node.k8s.io",
  "IngressClass.networking.k8s.io",
  "FlowSchema.flowcontrol.apiserver.k8s.io",
  "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io",
]);

/** Whether objects of a kind of Kubernetes belong to the whole cluster. */
export const isClusterWide = (kindWord: string): boolean => withoutNamespace.has(kindWord);

/** The columns of a table of one kind, or of all; the namespace and cluster only where they may differ. */
export function columnsOf(kindWord: string | undefined, one: Readonly<{ cluster: boolean }>): readonly Column[] {
  const places = one.cluster ? [] : [cluster];
  if (kindWord === undefined) return [name, kind, namespace, ...places, status, age];
  const inNamespace = withoutNamespace.has(kindWord) ? [] : [namespace];
  return [name, ...inNamespace, ...places, status, ...(byKind[kindWord] ?? []), age];
}

/** What fits a telephone. */
export const narrowColumns = (columns: readonly Column[]): readonly Column[] =>
  columns.filter(({ narrow }) => narrow).map((column) => ({ ...column, min: Math.min(6.75, column.min * 0.8) }));

/** The tracks of a CSS grid for these columns, and how wide they are at least: below that they are scrolled. */
export function tracksOf(columns: readonly Column[]): Readonly<{ tracks: string; minWidth: string }> {
  const widths = columns.map(({ min }) => min);
  return {
    tracks: columns.map(({ min, grow }) => (grow === 0 ? `${min}rem` : `minmax(${min}rem, ${grow}fr)`)).join(" "),
    minWidth: `${widths.reduce((sum, min) => sum + min, 0) + (columns.length - 1) * gapRem + 2 * paddingRem}rem`,
  };
}

const gapRem = 0.75;
const paddingRem = 1;
