import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger, systemClock } from "../src/base/index.ts";
import { type Catalog, openCatalog, type RecordedObject, type UnrecordedEvent } from "../src/catalog/index.ts";
import { parseClusterId } from "../src/model/index.ts";
import { type Bench, type Figure, percentile } from "./model.ts";

const cluster = parseClusterId("prod");
const kind = { group: "", kind: "Pod", version: "v1", plural: "pods", namespaced: true };
const objectCount = 100_000;
const eventCount = 10_000;
const changesASecond = 500;

/** Recording, reading and the delay that others feel meanwhile: a timer that wants to fire at once, all the time. */
export const benchCatalog: Bench = async ({ say, signal }) => {
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  const figures: Figure[] = [];
  const measured = async (
    label: string,
    count: number,
    work: (catalog: Catalog) => Promise<unknown>,
  ): Promise<void> => {
    signal.throwIfAborted();
    const { tookMs, delaysMs } = await watched(() => work(catalog));
    figures.push({ label, value: Math.round((count / tookMs) * 1_000), unit: "/s" });
    figures.push({ label: `${label}: longest block`, value: Math.max(...delaysMs), unit: "ms", target: "≤ 20" });
    figures.push({ label: `${label}: block, p99`, value: percentile(delaysMs, 0.99), unit: "ms" });
    say(label);
  };
  const catalog = await openCatalog({ clock: systemClock, log: silentLogger }, { folder });
  try {
    await catalog.setCluster({ id: cluster, uid: "a" });
    const objects = Array.from({ length: objectCount }, (_, index) => objectOf(index));
    await measured("first list, batches of 500", objectCount, async () => {
      for (let start = 0; start < objectCount; start += 2_000) {
        const parts = [0, 500, 1_000, 1_500].map((offset) => objects.slice(start + offset, start + offset + 500));
        await Promise.all(parts.map((part) => catalog.record(batchOf(part))));
      }
    });
    await measured("the same list again, one batch", objectCount, () =>
      catalog.record({ ...batchOf(objects), complete: true }),
    );
    await measured("objects read", objectCount, () => Array.fromAsync(catalog.objects(cluster, kind)));
    await measured(`changes, paced at ${changesASecond}/s`, eventCount, () => recordChanges(catalog, objects));
    await measured("events read", eventCount, () => catalog.log.read(0, eventCount));
    figures.push({ label: "of all files", value: catalog.stats().bytes / 2 ** 20, unit: "MiB" });
  } finally {
    await catalog[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
  return { name: "catalog", command: "npm run bench -- catalog", figures };
};

const objectOf = (index: number): RecordedObject => ({
  uid: randomUUID(),
  namespace: `team-${index % 50}`,
  name: `web-7d9f8b6c5d-${index.toString(36)}`,
  resourceVersion: String(1_000_000 + index),
});

const batchOf = (objects: readonly RecordedObject[]) => ({
  cluster,
  kind,
  objects: objects.map((object) => ({ type: "present", object }) as const),
  events: [],
});

/** 25 changes at a time, each of another object, with an event of 3.4 KiB. */
async function recordChanges(catalog: Catalog, objects: readonly RecordedObject[]): Promise<void> {
  const data = Array.from({ length: 60 }, (_, index) => ({ id: randomUUID(), field: `spec${index}` }));
  const startMs = performance.now();
  for (let start = 0; start < eventCount; start += 25) {
    const changed = Array.from({ length: 25 }, (_, index) => ({
      ...(objects[((start + index) * 7_919) % objects.length] ?? objectOf(index)),
      resourceVersion: String(3_000_000 + start),
    }));
    const events = changed.map((object): UnrecordedEvent => ({
      id: object.uid.slice(0, 22),
      type: "kubernetes.resource.updated",
      cluster,
      ref: { cluster, group: "", version: "v1", kind: "Pod", ...object },
      labels: { app: "web" },
      text: (sequence) => JSON.stringify({ sequence: String(sequence), data }),
    }));
    await catalog.record({ ...batchOf(changed), events });
    const aheadMs = ((start + 25) / changesASecond) * 1_000 - (performance.now() - startMs);
    if (aheadMs > 0) await systemClock.sleep(aheadMs);
  }
}

/** How long the work took, and how late a timer was meanwhile, each time. */
async function watched(
  work: () => Promise<unknown>,
): Promise<Readonly<{ tookMs: number; delaysMs: readonly number[] }>> {
  const delaysMs: number[] = [];
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    delaysMs.push(Math.max(0, nowMs - lastMs - 1));
    lastMs = nowMs;
  }, 1);
  const sinceMs = performance.now();
  await work();
  const tookMs = performance.now() - sinceMs;
  await systemClock.sleep(2);
  clearInterval(timer);
  return { tookMs, delaysMs };
}
