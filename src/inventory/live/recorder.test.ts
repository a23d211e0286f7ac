import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createManualClock,
  createSeededRandom,
  HeddleError,
  type ManualClock,
  silentLogger,
} from "../../base/index.ts";
import { type Catalog, type CatalogBatch, createMemoryCatalog } from "../../catalog/index.ts";
import { createBus, type NewEvent } from "../../events/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { createRecorder, type RecorderOptions } from "./recorder.ts";

const cluster = parseClusterId("prod");
const configMaps = { group: "", kind: "ConfigMap", version: "v1", plural: "configmaps", namespaced: true };
const diskFull = new HeddleError("told by the test: no space", {
  code: "HEDDLE_CATALOG_WRITE_FAILED",
  retryable: true,
});
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const event = (id: string): NewEvent => ({
  id,
  type: "kubernetes.resource.updated",
  cluster,
  labels: {},
  text: () => id,
});

/** A change of one object, and its event. */
const batch = (name: string, version = "1"): CatalogBatch => ({
  cluster,
  kind: configMaps,
  objects: [{ type: "present", object: { uid: name, namespace: "", name, resourceVersion: version } }],
  events: [event(`${name}-${version}`)],
});

function begin(options: RecorderOptions = {}) {
  const clock = createManualClock();
  const memory = createMemoryCatalog({ clock });
  let failure: HeddleError | undefined;
  let renewed = 0;
  const tried: string[] = [];
  const guarded = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    tried.push(what);
    if (failure !== undefined) throw failure;
    return work();
  };
  const catalog: Catalog = {
    ...memory,
    record: (one) => guarded(one.events.map(({ id }) => id).join(), () => memory.record(one)),
    dropKind: (id, kind) => guarded(`drop ${kind.kind}`, () => memory.dropKind(id, kind)),
    stats: () => ({ ...memory.stats(), renewed }),
  };
  const bus = createBus();
  const logged: string[] = [];
  const log = { ...silentLogger, error: (_: object, message: string) => void logged.push(message) };
  const recorder = createRecorder({ catalog, bus, clock, random: createSeededRandom(1), log }, options);
  const published: string[] = [];
  void (async () => {
    for await (const delivery of bus.subscribe({ signal: AbortSignal.timeout(60_000) }))
      if (delivery.type === "events") published.push(...delivery.records.map(({ id }) => id));
  })();
  return {
    clock,
    catalog,
    recorder,
    published,
    tried,
    logged,
    fail: (error: HeddleError | undefined) => (failure = error),
    renew: () => (renewed += 1),
  };
}

/** Lets it try again as often as it likes. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed <= ms; passed += 100) {
    await turn();
    clock.advance(100);
  }
  await turn();
}

describe("createRecorder", () => {
  it("publishes what was recorded, in the order in which it was submitted", async () => {
    const { recorder, published, catalog } = begin();
    for (let index = 0; index < 5; index++) recorder.submit({ cluster, work: batch(`a${index}`) });
    recorder.submit({ cluster, work: (record) => record.setCluster({ id: cluster, uid: "u" }) });
    recorder.submit({ cluster, work: batch("b") });
    await recorder.settled(cluster, AbortSignal.timeout(60_000));
    await turn();
    assert.deepEqual(published, ["a0-1", "a1-1", "a2-1", "a3-1", "a4-1", "b-1"]);
    assert.equal((await catalog.clusters()).length, 1);
    assert.equal(recorder.state().waiting, 0);
  });

  it("lets producers wait while too much waits", async () => {
    const { recorder } = begin({ roomItems: 4 });
    const signal = AbortSignal.timeout(60_000);
    await recorder.room(signal);
    recorder.submit({ cluster, work: batch("a") });
    recorder.submit({ cluster, work: batch("b") });
    let hasRoom = false;
    const room = recorder.room(signal).then(() => (hasRoom = true));
    await Promise.resolve();
    assert.equal(hasRoom, false);
    await room;
    assert.equal(recorder.state().waiting, 0);
  });

  it("tries again until the catalog can write, in order, and tells about it once", async () => {
    const { recorder, clock, published, logged, fail } = begin();
    fail(diskFull);
    for (let index = 0; index < 3; index++) recorder.submit({ cluster, work: batch("a", String(index)) });
    await pass(clock, 3_000);
    recorder.submit({ cluster, work: batch("a", "3") });
    await pass(clock, 60_000);
    assert.deepEqual(published, []);
    assert.equal(logged.length, 1);
    assert.equal(recorder.state().failing?.error, diskFull);
    await recorder.room(AbortSignal.timeout(60_000));
    fail(undefined);
    await pass(clock, 20_000);
    assert.deepEqual(published, ["a-0", "a-1", "a-2", "a-3"]);
    assert.deepEqual(recorder.state(), { waiting: 0 });
  });

  it("gives up all but the first beyond its bound, tells whose they were, and when it is over", async () => {
    const { recorder, clock, published, fail } = begin({ keepItems: 10 });
    fail(diskFull);
    const lost: number[] = [];
    const news: string[] = [];
    recorder.onNews((what) => news.push(what));
    for (let index = 0; index < 20; index++)
      recorder.submit({ cluster, work: batch("a", String(index)), onLost: () => lost.push(index) });
    await pass(clock, 5_000);
    for (let index = 20; index < 30; index++)
      recorder.submit({ cluster, work: batch("a", String(index)), onLost: () => lost.push(index) });
    await pass(clock, 1_000);
    assert.ok(recorder.state().waiting <= 6, `${recorder.state().waiting} wait`);
    assert.deepEqual(news, []);
    fail(undefined);
    await pass(clock, 20_000);
    assert.deepEqual(news, ["recovered"]);
    const heard = published.map((id) => Number(id.slice(2)));
    assert.deepEqual(
      [...heard, ...lost].toSorted((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index),
    );
    assert.equal(heard[0], 0, "the first was kept");
  });

  it("gives up at once what the catalog will never take, and goes on with the rest", async () => {
    const { recorder, catalog, published, logged } = begin();
    let lost = false;
    const invalid: CatalogBatch = { cluster, objects: batch("a").objects, events: [] };
    recorder.submit({ cluster, work: invalid, onLost: () => (lost = true) });
    recorder.submit({ cluster, work: batch("b") });
    await recorder.settled(cluster, AbortSignal.timeout(60_000));
    await turn();
    assert.ok(lost);
    assert.deepEqual(published, ["b-1"]);
    assert.equal(logged.length, 1);
    assert.equal(catalog.stats().objects, 1);
  });

  it("tells when the catalog was begun anew", async () => {
    const { recorder, renew } = begin();
    const news: string[] = [];
    recorder.onNews((what) => news.push(what));
    recorder.submit({ cluster, work: batch("a") });
    await recorder.settled(cluster, AbortSignal.timeout(60_000));
    renew();
    recorder.submit({ cluster, work: batch("b") });
    await recorder.settled(cluster, AbortSignal.timeout(60_000));
    assert.deepEqual(news, ["renewed"]);
  });

  it("forgets what waits for a cluster that is gone", async () => {
    const { recorder, clock, tried, fail } = begin();
    fail(diskFull);
    recorder.submit({ cluster, work: batch("a") });
    recorder.submit({ cluster: parseClusterId("other"), work: batch("b") });
    await pass(clock, 300);
    recorder.forget(cluster);
    fail(undefined);
    await pass(clock, 20_000);
    assert.deepEqual(tried.slice(-1), ["b-1"]);
    assert.equal(recorder.state().waiting, 0);
  });

  it("does what is submitted at the very end of what it was doing", async () => {
    const { recorder, published } = begin();
    const submitLater = async (steps: number): Promise<void> => {
      for (let step = 0; step < steps; step++) await Promise.resolve();
      recorder.submit({ cluster, work: batch(`later-${steps}`) });
    };
    for (let steps = 0; steps < 20; steps++) {
      recorder.submit({ cluster, work: async () => void submitLater(steps) });
      for (let turns = 0; turns < 5; turns++) await turn();
      assert.equal(recorder.state().waiting, 0, `${steps} steps later`);
      assert.equal(published.length, steps + 1);
    }
  });

  it("ends while the catalog fails", async () => {
    const { recorder, clock, fail } = begin();
    fail(diskFull);
    recorder.submit({ cluster, work: batch("a") });
    await pass(clock, 300);
    await recorder[Symbol.asyncDispose]();
    assert.equal(recorder.state().waiting, 0);
  });
});
