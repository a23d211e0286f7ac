import { createHash } from "node:crypto";
import { type KubeObject } from "../../../src/model/index.ts";
import { type BenchPod, podsOf } from "../../pods.ts";

/** How many objects one simulated cluster has. */
export type ClusterSize = Readonly<{
  pods: number;
  /** Definitions of further kinds, each with one object. */
  extraKinds?: number;
}>;

/** Every pod carries one of so many labels `shard`: each selects its part of all. */
export const shards = 10;

const nodes = 20;
const apps = 50;
const namespaces = 10;

/**
 * Everything that a cluster has from its beginning: pods of about 2.6 KB as the replica sets of fifty deployments own
 * them, on twenty nodes, selected by fifty services, in ten namespaces. The same seed gives the same.
 */
export function clusterObjects(seed: number, { pods, extraKinds = 0 }: ClusterSize): readonly KubeObject[] {
  const all = (count: number, make: (index: number) => KubeObject): KubeObject[] =>
    Array.from({ length: count }, (_, index) => make(index));
  return [
    ...all(namespaces, (index) => object("v1 Namespace", { name: namespaceOf(index) })),
    ...all(nodes, (index) => nodeOf(index)),
    ...all(apps, (index) => deploymentOf(seed, index)),
    ...all(apps, (index) => replicaSetOf(seed, index)),
    ...all(apps, (index) => serviceOf(index)),
    ...podsOf(pods).map((pod, index) => livePod(pod, seed, index)),
    ...all(extraKinds, definitionOf),
    ...all(extraKinds, (index) => object(`${extraGroup}/v1 Gadget${index}`, { name: "one", namespace: "default" })),
  ];
}

/** The namespace and the name of a pod, by its index. */
export function podAt(index: number): Readonly<{ namespace: string; name: string }> {
  const app = index % apps;
  return { namespace: namespaceOf(app), name: `${replicaSetName(app)}-${index.toString(36).padStart(5, "0")}` };
}

const namespaceOf = (app: number): string => `team-${app % namespaces}`;
const appName = (index: number): string => `service-${index}`;
const replicaSetName = (index: number): string => `${appName(index)}-5d4f8c7b9`;

const uidOf = (seed: number, what: number, index: number): string =>
  [8, 4, 4, 4, 12]
    .map((length, part) => [seed + 1, what, 0x4000, 0x8000, index][part]?.toString(16).padStart(length, "0"))
    .join("-");

type Meta = Readonly<{ name: string; [key: string]: unknown }>;

/** `type`: "apps/v1 Deployment". */
function object(type: string, metadata: Meta, rest: object = {}): KubeObject {
  const [apiVersion, kind] = type.split(" ");
  return { apiVersion, kind, metadata, ...rest } as KubeObject;
}

const nodeOf = (index: number): KubeObject =>
  object(
    "v1 Node",
    { name: `node-${index}`, labels: { "kubernetes.io/hostname": `node-${index}`, "kubernetes.io/os": "linux" } },
    { spec: {}, status: { conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }] } },
  );

const serviceOf = (index: number): KubeObject =>
  object(
    "v1 Service",
    { name: appName(index), namespace: namespaceOf(index), labels: { app: appName(index) } },
    { spec: { selector: { app: appName(index) }, ports: [{ port: 80 }], type: "ClusterIP" } },
  );

function deploymentOf(seed: number, index: number): KubeObject {
  const uid = uidOf(seed, 1, index);
  return object("apps/v1 Deployment", { name: appName(index), namespace: namespaceOf(index), uid }, workload(index));
}

function replicaSetOf(seed: number, index: number): KubeObject {
  const owner = ownerOf("Deployment", appName(index), uidOf(seed, 1, index));
  const name = replicaSetName(index);
  const metadata = { name, namespace: namespaceOf(index), uid: uidOf(seed, 2, index), ownerReferences: [owner] };
  return object("apps/v1 ReplicaSet", metadata, workload(index));
}

function workload(index: number): object {
  const labels = { app: appName(index) };
  const container = { name: appName(index), image: `example.test/shop/${appName(index)}:1.42.0` };
  return {
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

const ownerOf = (kind: string, name: string, uid: string) => ({
  apiVersion: "apps/v1",
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

type Container = Readonly<{ name: string; image: string; readinessProbe?: unknown }>;
type ContainerStatus = Readonly<{ imageID?: string; state?: Readonly<{ running?: unknown }> }>;
type LivePod = KubeObject &
  Readonly<{
    spec: Readonly<{ containers: readonly [Container, Container] }>;
    status: Readonly<{
      conditions: readonly object[];
      containerStatuses: readonly [ContainerStatus, ContainerStatus];
    }>;
  }>;

/**
 * A pod of one container and a plain proxy beside it: with what its server adds it is 2.6 KB. What differs from pod to
 * pod on a real cluster (ids of containers, addresses, times) differs here: who packs texts must not find it easier.
 */
function livePod(pod: BenchPod, seed: number, index: number): KubeObject {
  const { metadata, spec, status } = pod as unknown as LivePod;
  const app = index % apps;
  const [{ readinessProbe: _, ...main }, { name, image }] = spec.containers;
  const [own, { imageID: __, ...proxy }] = status.containerStatuses;
  const sinceMs = Date.UTC(2026, 0, 1) + ((index * 7_919 + seed * 104_729) % 2_592_000) * 1_000;
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...podAt(index),
      labels: { ...metadata.labels, shard: `${index % shards}` },
      ownerReferences: [ownerOf("ReplicaSet", replicaSetName(app), uidOf(seed, 2, app))],
    },
    spec: { ...spec, containers: [main, { name, image }] },
    status: {
      ...status,
      podIP: `10.${seed % 256}.${(index >> 8) % 256}.${index % 256}`,
      startTime: timeOf(sinceMs),
      conditions: status.conditions.map((condition, at) => ({
        ...condition,
        lastTransitionTime: timeOf(sinceMs + at * 1_000),
      })),
      containerStatuses: [own, proxy].map((container, at) => ({
        ...container,
        containerID: `containerd://${createHash("sha256").update(`${seed}/${index}/${at}`).digest("hex")}`,
        ...(container.state?.running !== undefined && { state: { running: { startedAt: timeOf(sinceMs + 2_000) } } }),
      })),
    },
  } as unknown as KubeObject;
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const extraGroup = "bench.heddle.example";

function definitionOf(index: number): KubeObject {
  const names = { plural: `gadget${index}s`, singular: `gadget${index}`, kind: `Gadget${index}` };
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return object(
    "apiextensions.k8s.io/v1 CustomResourceDefinition",
    { name: `${names.plural}.${extraGroup}` },
    {
      spec: {
        group: extraGroup,
        scope: "Namespaced",
        names,
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    },
  );
}
