/**
 * A process that keeps a fleet as `heddle serve` does, on a catalog in a folder of its own, and measures itself: see
 * model.ts for what it is asked and prints.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { silentLogger, systemClock } from "../../../src/base/index.ts";
import { openCatalog } from "../../../src/catalog/index.ts";
import { resolveFleet } from "../../../src/fleet/index.ts";
import { createEngine } from "../../../src/main/engine.ts";
import { type ClusterId, type KubeObject } from "../../../src/model/index.ts";
import { epochMs, type HeardChange, markedBy } from "../../marks.ts";
import { type EngineAnswers, type EngineQuestion } from "./model.ts";

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { kubeconfigPath, relations, changes } = JSON.parse((await input.next()).value ?? "") as EngineQuestion;
const say = <K extends keyof EngineAnswers>(answer: EngineAnswers[K]): void =>
  void process.stdout.write(`${JSON.stringify(answer)}\n`);

await using parts = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
parts.defer(() => rm(folder, { recursive: true }));
const deps = { clock: systemClock, log: silentLogger };
const plan = await resolveFleet({ kubeconfigPath, contexts: [] }, { env: {}, home: folder, clock: systemClock });
const engine = parts.use(createEngine(deps, plan, { catalog: await openCatalog(deps, { folder }) }));
const { store, live, fleet } = engine;
const pods = { kinds: [{ group: "", kind: "Pod" }] };

const blocked = monitorEventLoopDelay({ resolution: 1 });
blocked.enable();
const beginMs = performance.now();
fleet.start();
live.start();
let firstMs = 0;
const waiting = new Set<ClusterId>(fleet.clusters().map(({ id }) => id));
for await (const { cluster, synced, objects } of live.changes(new AbortController().signal)) {
  if (synced) waiting.delete(cluster);
  if (firstMs === 0 && objects > 0 && (await store.query({ ...pods, limit: 100 })).objects.length === 100)
    firstMs = performance.now();
  if (waiting.size === 0) break;
}
const seconds = (performance.now() - beginMs) / 1_000;
say<"synced">({
  seconds,
  // Since the process began, its modules loaded.
  firstMs,
  objects: podCount(),
  storeBytes: store.stats().reduce((sum, { heldBytes }) => sum + heldBytes, 0),
  ...blockedMs(),
});
if (relations) say<"related">(await measureRelations());
blocked.reset();
const until = new AbortController();
const hearing = hear();
const ended = input.next();
await Promise.race([hearing, ended]);
until.abort();
say<"heard">({ heard: await hearing, ...blockedMs() });
await ended;

function podCount(): number {
  const counted = store.stats().filter(({ resource }) => resource.kind === "Pod");
  return counted.reduce((sum, { objects }) => sum + objects, 0);
}

function blockedMs(): Readonly<{ blockedP99Ms: number; blockedMaxMs: number }> {
  return { blockedP99Ms: blocked.percentile(99) / 1e6, blockedMaxMs: blocked.max / 1e6 };
}

/** Each event moves a pod to another node and another service: its relations change as much as one change can. */
async function measureRelations(): Promise<EngineAnswers["related"]> {
  const { objects } = await store.query({ ...pods, limit: 5_000 });
  const podKind = store.stats().find(({ resource }) => resource.kind === "Pod")?.resource;
  if (podKind === undefined) throw new Error("no pods are known");
  const eventMs: number[] = [];
  for (const [index, stored] of objects.entries()) {
    const object = moved(stored.object(), index);
    const sinceMs = performance.now();
    store.apply(stored.ref.cluster, podKind, [{ type: "updated", object }]);
    eventMs.push(performance.now() - sinceMs);
    if (index % 20 === 0) await setImmediate();
  }
  const hopsMs: number[] = [];
  let found = 0;
  for (const { ref } of objects.slice(0, 200)) {
    const sinceMs = performance.now();
    found = store.relations(ref, { depth: 5 })?.relations.length ?? 0;
    hopsMs.push(performance.now() - sinceMs);
    await setImmediate();
  }
  return { eventMs, hopsMs, relations: found };
}

function moved(pod: KubeObject, index: number): KubeObject {
  const labels = { ...pod.metadata.labels, app: `service-${(index * 7) % 50}` };
  const spec = { ...(pod["spec"] as object), nodeName: `node-${(index * 3) % 20}` };
  return { ...pod, metadata: { ...pod.metadata, labels }, spec } as KubeObject;
}

/** Notes when each marked change is in a subscriber's hands. */
async function hear(): Promise<readonly HeardChange[]> {
  const marks = new RegExp(`"${markedBy}":"([^"]+)"`);
  const heard: HeardChange[] = [];
  for await (const delivery of engine.changes.follow({ signal: until.signal })) {
    if (delivery.type === "missed") throw new Error("the subscriber missed changes");
    const nowMs = epochMs();
    for (const { text } of delivery.records) {
      const [, mark] = marks.exec(text) ?? [];
      if (mark !== undefined) heard.push([mark, nowMs]);
    }
    if (changes > 0 && heard.length >= changes) break;
  }
  return heard;
}
