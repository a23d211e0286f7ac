import { parseId } from "../resource-path.ts";
import { type Row } from "./row.ts";

/** One column: what it says of a row, by what the server sorts it, and how wide it is. */
export type Column = Readonly<{
  title: string;
  /** Left out: the server cannot sort by it. */
  sort?: string;
  /** A track of a CSS grid. */
  width: string;
  /** Numbers stand under each other at their end. */
  number?: boolean;
  /** A time is shown as an age, a status with its shape and colour, a name as a link. */
  shows: "name" | "kind" | "namespace" | "cluster" | "status" | "age" | "text";
  text(row: Row): string;
}>;

const attribute = (
  name: string,
  title: string,
  { width = "minmax(5rem, 1fr)", number = false, age = false } = {},
): Column => ({
  title,
  sort: name,
  width,
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

const short = "minmax(4.5rem, 0.5fr)";
const name: Column = {
  title: "Name",
  sort: "name",
  width: "minmax(12rem, 2.2fr)",
  shows: "name",
  text: ({ id }) => parseId(id)?.name ?? id,
};
const kind: Column = {
  title: "Kind",
  sort: "kind",
  width: "minmax(8rem, 1fr)",
  shows: "kind",
  text: ({ id }) => parseId(id)?.kind ?? "",
};
const namespace: Column = {
  title: "Namespace",
  sort: "namespace",
  width: "minmax(7rem, 1fr)",
  shows: "namespace",
  text: ({ id }) => parseId(id)?.namespace ?? "",
};
const cluster: Column = {
  title: "Cluster",
  sort: "cluster",
  width: "minmax(8rem, 1.1fr)",
  shows: "cluster",
  text: ({ id }) => parseId(id)?.cluster ?? "",
};
const status: Column = {
  title: "Status",
  sort: "status",
  width: "minmax(9rem, 1.2fr)",
  shows: "status",
  text: (row) => row.status ?? "",
};
const age: Column = {
  title: "Age",
  sort: "age",
  width: "4.5rem",
  number: true,
  shows: "age",
  text: ({ createdAt }) => createdAt ?? "",
};

const ready = attribute("ready", "Ready", { width: short, number: true });
const images = attribute("images", "Images", { width: "minmax(9rem, 1.6fr)" });

/** What is worth a column of each kind: as `heddle get` has them, from attributes. */
const byKind: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    ready,
    attribute("restarts", "Restarts", { width: "5.25rem", number: true }),
    attribute("node", "Node", { width: "minmax(7rem, 1.1fr)" }),
    attribute("ip", "IP", { width: "minmax(6.5rem, 0.8fr)" }),
  ],
  "Deployment.apps": [
    ready,
    attribute("updatedReplicas", "Up to date", { width: "5.75rem", number: true }),
    attribute("availableReplicas", "Available", { width: "5.5rem", number: true }),
    images,
  ],
  "StatefulSet.apps": [ready, attribute("service", "Service"), images],
  "DaemonSet.apps": [ready, images],
  "ReplicaSet.apps": [ready, attribute("revision", "Revision", { width: "5rem", number: true }), images],
  "Job.batch": [
    attribute("succeeded", "Succeeded", { width: "5.75rem", number: true }),
    attribute("completions", "Wanted", { width: "5rem", number: true }),
    attribute("failed", "Failed", { width: "4.5rem", number: true }),
    images,
  ],
  "CronJob.batch": [
    attribute("schedule", "Schedule"),
    attribute("active", "Active", { width: "4.5rem", number: true }),
    images,
  ],
  Node: [
    attribute("roles", "Roles"),
    attribute("version", "Version"),
    attribute("internalIP", "Address"),
    attribute("cpu", "CPU", { width: "4rem", number: true }),
    attribute("memory", "Memory", { width: "6rem", number: true }),
  ],
  Service: [
    attribute("type", "Type"),
    attribute("clusterIP", "Cluster IP"),
    attribute("ports", "Ports", { width: "minmax(7rem, 1.2fr)" }),
    attribute("selector", "Selector", { width: "minmax(7rem, 1.2fr)" }),
  ],
  "Ingress.networking.k8s.io": [
    attribute("class", "Class"),
    attribute("hosts", "Hosts"),
    attribute("addresses", "Addresses"),
  ],
  PersistentVolumeClaim: [
    attribute("capacity", "Capacity", { width: short, number: true }),
    attribute("volume", "Volume"),
    attribute("storageClass", "Storage class"),
  ],
  PersistentVolume: [
    attribute("capacity", "Capacity", { width: short, number: true }),
    attribute("claim", "Claim"),
    attribute("storageClass", "Storage class"),
  ],
  "HorizontalPodAutoscaler.autoscaling": [
    attribute("target", "Target"),
    attribute("currentReplicas", "Replicas", { width: short, number: true }),
    attribute("minReplicas", "Min", { width: "4rem", number: true }),
    attribute("maxReplicas", "Max", { width: "4rem", number: true }),
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

/** The columns of a table of one kind, or of all; the namespace and cluster only where they may differ. */
export function columnsOf(kindWord: string | undefined, one: Readonly<{ cluster: boolean }>): readonly Column[] {
  const places = one.cluster ? [] : [cluster];
  if (kindWord === undefined) return [name, kind, namespace, ...places, status, age];
  const inNamespace = withoutNamespace.has(kindWord) ? [] : [namespace];
  return [name, ...inNamespace, ...places, status, ...(byKind[kindWord] ?? []), age];
}
