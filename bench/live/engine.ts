/**
 * A process that keeps one cluster in a store as `heddle serve` does, catalog and bus included, asks the store, and
 * hears so many changes, at most until its standard input ends: see live.bench.ts. What it measures is printed, a line each.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { silentLogger, systemClock, systemRandom } from "../../src/base/index.ts";
import { openCatalog } from "../../src/catalog/index.ts";
import { createBus, createChangeStream } from "../../src/events/index.ts";
import { createFleet, resolveFleet } from "../../src/fleet/index.ts";
import { createLive, createStore, type Store } from "../../src/inventory/index.ts";
import { epochMs, type HeardChange, markedBy } from "../marks.ts";
import { percentile, timesOf } from "../model.ts";
import { type EngineAnswers, type EngineQuestion } from "./model.ts";

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { kubeconfigPath, pods, shards, changes } = JSON.parse((await input.next()).value ?? "") as EngineQuestion;
const say = <K extends keyof EngineAnswers>(answer: EngineAnswers[K]): void =>
  void process.stdout.write(`${JSON.stringify(answer)}\n`);

await using parts = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
parts.defer(() => rm(folder, { recursive: true }));
const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
const plan = await resolveFleet({ kubeconfigPath, contexts: [] }, { env: {}, home: folder, clock: systemClock });
const catalog = parts.use(await openCatalog(deps, { folder }));
const fleet = parts.use(createFleet(deps, { ...plan, userAgent: "heddle-bench" }));
const applied: { changes: number; ms: number }[] = [];
const store = timed(createStore(deps));
const bus = createBus({});
const live = parts.use(createLive({ ...deps, fleet, store, catalog, bus }, plan.live));

const blocked = monitorEventLoopDelay({ resolution: 1 });
blocked.enable();
const beginMs = performance.now();
live.start();
const until = new AbortController();
for await (const { synced } of live.changes(until.signal)) if (synced) break;
const seconds = (performance.now() - beginMs) / 1000;
const { user, system } = process.cpuUsage();
const objects = (await store.query({ kinds: [{ group: "", kind: "Pod" }] })).objects.length;
say<"synced">({
  seconds,
  cpuSeconds: (user + system) / 1e6,
  rssBytes: process.memoryUsage.rss(),
  objects,
  blockedP99Ms: blocked.percentile(99) / 1e6,
  blockedMaxMs: blocked.max / 1e6,
});

const shard = "shard=1";
const page = await timesOf(300, () =>
  store.query({ labelSelector: `${shard},team in (team-1,team-3)`, status: ["Running"], limit: 100 }),
);
const labelled = await timesOf(30, async () => {
  const { objects } = await store.query({ labelSelector: shard });
  if (objects.length !== pods / shards) throw new Error(`${objects.length} objects have the label ${shard}`);
});
blocked.reset();
applied.length = 0;
const heard: HeardChange[] = [];
const hearing = hear();
say<"asked">({ pageMs: percentile(page, 0.95), labelledMs: percentile(labelled, 0.95) });

await Promise.race([hearing, input.next()]);
until.abort();
await hearing;
blocked.disable();
say<"heard">({
  heard,
  rssBytes: process.memoryUsage.rss(),
  applyMs: applied.map(({ changes, ms }) => ms / changes),
  blockedP99Ms: blocked.percentile(99) / 1e6,
});

/** The store, with the time of each batch and how many changes it had. */
function timed(store: Store): Store {
  return {
    ...store,
    apply(cluster, resource, changes) {
      const sinceMs = performance.now();
      store.apply(cluster, resource, changes);
      applied.push({ changes: changes.length, ms: performance.now() - sinceMs });
    },
  };
}

/** Notes when each change is in a subscriber's hands. */
async function hear(): Promise<void> {
  const marks = new RegExp(`"${markedBy}":"([^"]+)"`);
  for await (const delivery of createChangeStream({ bus, log: catalog.log }).follow({ signal: until.signal })) {
    if (delivery.type === "missed") throw new Error("the subscriber missed changes");
    const nowMs = epochMs();
    for (const { text } of delivery.records) {
      const [, mark] = marks.exec(text) ?? [];
      if (mark !== undefined) heard.push([mark, nowMs]);
    }
    if (heard.length >= changes) return;
  }
}
