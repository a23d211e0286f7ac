import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { createSeededRandom, systemClock } from "../src/base/index.ts";
import { createStore, type Store } from "../src/inventory/index.ts";
import { type KubeObject, parseClusterId } from "../src/model/index.ts";
import { resourceOf } from "../src/inventory/testing/resources.ts";
import { type Bench, percentile, timesOf } from "./model.ts";
import { podsOf } from "./pods.ts";

const pods = 100_000;
const batch = 250;
const clusters = Array.from({ length: 10 }, (_, index) => parseClusterId(`bench-${index}`));
const nodeKind = resourceOf("v1", "Node");
const nodes = Array.from({ length: 20 }, (_, index) => ({
  type: "created" as const,
  object: { apiVersion: "v1", kind: "Node", metadata: { name: `node-${index}` } },
}));
const podKind = resourceOf("v1", "Pod");

/** The store alone, fed from memory: 100,000 pods of 3.2 KB in ten clusters, of which a tenth have one label. */
export const benchInventory: Bench = async ({ signal, say }) => {
  const store = createStore({ clock: systemClock });
  const bytesBefore = process.memoryUsage().rss;
  const blocked = monitorEventLoopDelay({ resolution: 1 });
  blocked.enable();
  const random = createSeededRandom(7);
  let applyMs = 0;
  let bytes = 0;
  for (const cluster of clusters) store.apply(cluster, nodeKind, nodes);
  const templates = podsOf(batch).map((pod) => JSON.stringify(pod));
  for (let from = 0; from < pods; from += batch) {
    signal.throwIfAborted();
    const objects = templates.map((text, index) => podOf(text, from + index, random));
    bytes += JSON.stringify(objects[0]).length * batch;
    await setImmediate();
    const sinceMs = performance.now();
    const cluster = clusters[Math.floor((from * clusters.length) / pods)] ?? clusters[0]!;
    store.apply(
      cluster,
      podKind,
      objects.map((object) => ({ type: "created", object })),
    );
    applyMs += performance.now() - sinceMs;
    await setImmediate();
  }
  const held = store.stats().reduce((sum, { heldBytes }) => sum + heldBytes, 0);
  say(`${pods} pods of ${Math.round(bytes / pods)} bytes are in`);
  const rss = process.memoryUsage().rss;
  const filtered = await timesOf(200, () =>
    store.query({ labelSelector: "team=team-3", status: ["Running"], limit: 100, sort: { by: "name" } }),
  );
  const walked = await timesOf(200, () => store.query({ kinds: [podKind], status: ["Running"], limit: 100 }));
  const labelled = await timesOf(10, async () => {
    const { objects } = await store.query({ labelSelector: "shard=4" });
    if (objects.length !== pods / 10) throw new Error(`${objects.length} objects have the label`);
  });
  const [sample] = (await store.query({ clusters: clusters.slice(3, 4), limit: 1 })).objects;
  const hops = await timesOf(50, async () => sample && store.relations(sample.ref, { depth: 5 }));
  const events = await eventTimes(store);
  const getUs = await meanGetUs(store);
  blocked.disable();
  return {
    name: "inventory",
    command: "npm run bench -- inventory",
    figures: [
      { label: "100,000 pods of 3.2 KB taken in", value: applyMs / 1000, unit: "s", target: "≤ 3" },
      { label: "resident, the whole process", value: rss / 2 ** 20, unit: "MiB", target: "≤ 440" },
      { label: "resident before", value: bytesBefore / 2 ** 20, unit: "MiB" },
      { label: "buffers that hold the texts", value: held / 2 ** 20, unit: "MiB" },
      { label: "one object read by name", value: getUs, unit: "µs" },
      {
        label: "page of 100 by label and status, by name, p95",
        value: percentile(filtered, 0.95),
        unit: "ms",
        target: "≤ 10",
      },
      { label: "page of 100 by status, in order, p95", value: percentile(walked, 0.95), unit: "ms", target: "≤ 10" },
      { label: "all 10,000 of one label, p95", value: percentile(labelled, 0.95), unit: "ms", target: "≤ 250" },
      { label: "one change, relations included, p99", value: percentile(events, 0.99), unit: "ms", target: "≤ 1" },
      { label: "five hops, at most 1,000 relations, p95", value: percentile(hops, 0.95), unit: "ms", target: "≤ 50" },
      { label: "event loop delayed, p99", value: blocked.percentile(99) / 1e6, unit: "ms", target: "≤ 50" },
    ],
  };
};

/** A pod as its server gives it: with uid, times, addresses and an owner that it shares with twenty others. */
function podOf(template: string, index: number, random: () => number): KubeObject {
  const pod = JSON.parse(template) as KubeObject;
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  const { labels } = pod.metadata;
  const status = pod["status"] as Readonly<{ containerStatuses: readonly object[] }>;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `${labels?.["app"]}-${hex(8)}-${index.toString(36).padStart(5, "0")}`,
      namespace: `team-${index % 40}`,
      uid: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
      resourceVersion: `${1_000_000 + index}`,
      creationTimestamp: new Date(1_767_225_600_000 + index * 1_000).toISOString(),
      labels: { ...labels, shard: `${index % 10}` },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: `${labels?.["app"]}-5d4f8c7b9`,
          uid: `owner-${Math.floor(index / 5_000)}-${index % 250}`,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    status: {
      ...status,
      podIP: `10.${index % 250}.${Math.floor(index / 250) % 250}.${index % 199}`,
      containerStatuses: status.containerStatuses.map((container) => ({
        ...container,
        containerID: `containerd://${hex(64)}`,
      })),
    },
  };
}

/** Mean microseconds of a read by name, each of another object. */
async function meanGetUs(store: Store): Promise<number> {
  const { objects } = await store.query({ limit: 5_000 });
  const sinceMs = performance.now();
  for (const { ref } of objects) store.get(ref);
  return ((performance.now() - sinceMs) * 1000) / objects.length;
}

/** Milliseconds of each of 2,000 changes of a pod's status, one at a time. */
async function eventTimes(store: Store): Promise<readonly number[]> {
  const { objects } = await store.query({ clusters: [clusters[5]!], limit: 2_000 });
  return objects.map((stored) => {
    const object: KubeObject = { ...stored.object(), status: { phase: "Failed", podIP: "10.0.0.1" } };
    const sinceMs = performance.now();
    store.apply(stored.ref.cluster, podKind, [{ type: "updated", object }]);
    return performance.now() - sinceMs;
  });
}
