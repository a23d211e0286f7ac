import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, isHeddleError, silentLogger } from "../../base/index.ts";
import { parseClusterId } from "../../model/index.ts";
import {
  type Catalog,
  type CatalogDeps,
  type LogLimits,
  type MemoryCatalogOptions,
  type RecordedObject,
} from "../model.ts";
import { eventOf, objectOf, pods, prod, services } from "./samples.ts";

export type CatalogFactory = (deps: CatalogDeps, options: MemoryCatalogOptions) => Promise<Catalog>;

const staging = parseClusterId("staging");

/** What every implementation of Catalog keeps. Each test gets an empty one, at the time 1,000 ms. */
export function describeCatalog(name: string, create: CatalogFactory): void {
  const open = (limits?: LogLimits): Promise<Catalog> =>
    create({ clock: createManualClock(1_000), log: silentLogger }, limits === undefined ? {} : { limits });

  describe(`${name}: clusters`, () => {
    it("tells a cluster as it was set last", async () => {
      await using catalog = await open();
      await catalog.setCluster({ id: prod, uid: "a" });
      await catalog.setCluster({ id: staging, uid: "b", syncedAtMs: 7 });
      await catalog.setCluster({ id: prod, uid: "a", syncedAtMs: 5 });
      assert.deepEqual(await catalog.clusters(), [
        { id: prod, uid: "a", syncedAtMs: 5 },
        { id: staging, uid: "b", syncedAtMs: 7 },
      ]);
    });

    it("forgets everything recorded of a cluster that comes back with another uid, but not its past events", async () => {
      await using catalog = await open();
      await catalog.setCluster({ id: prod, uid: "a", syncedAtMs: 5 });
      await recordPods(catalog, 3);
      await catalog.record({ cluster: prod, objects: [], events: [eventOf(1)] });
      await catalog.setCluster({ id: prod, uid: "other" });
      assert.deepEqual(await catalog.clusters(), [{ id: prod, uid: "other" }]);
      assert.deepEqual(await catalog.kinds(prod), []);
      assert.deepEqual(await objectsOf(catalog), []);
      assert.equal(catalog.stats().objects, 0);
      assert.equal(catalog.stats().events, 1);
    });

    it("keeps what was recorded before the cluster was set", async () => {
      await using catalog = await open();
      await recordPods(catalog, 2);
      assert.deepEqual(await catalog.clusters(), []);
      await catalog.setCluster({ id: prod, uid: "a" });
      assert.equal((await objectsOf(catalog)).length, 2);
    });

    it("drops one cluster and leaves the others", async () => {
      await using catalog = await open();
      await catalog.setCluster({ id: prod, uid: "a" });
      await catalog.setCluster({ id: staging, uid: "b" });
      await recordPods(catalog, 3);
      await catalog.record({ cluster: staging, kind: pods, objects: [present(9)], events: [], complete: true });
      await catalog.dropCluster(prod);
      assert.deepEqual(await catalog.clusters(), [{ id: staging, uid: "b" }]);
      assert.deepEqual(await catalog.kinds(prod), []);
      assert.equal(catalog.stats().objects, 1);
      await recordPods(catalog, 1);
      assert.deepEqual(await objectsOf(catalog), [objectOf(0)]);
      await catalog.dropCluster(parseClusterId("unknown"));
    });
  });

  describe(`${name}: objects`, () => {
    it("tells nothing of a kind until its first list was whole, then all of it", async () => {
      await using catalog = await open();
      await catalog.record({ cluster: prod, kind: pods, objects: [present(1)], events: [] });
      assert.deepEqual(await catalog.kinds(prod), []);
      assert.deepEqual(await objectsOf(catalog), []);
      await catalog.record({ cluster: prod, kind: pods, objects: [present(2)], events: [], complete: true });
      assert.deepEqual(await catalog.kinds(prod), [pods]);
      assert.deepEqual(await objectsOf(catalog), [objectOf(1), objectOf(2)]);
      await catalog.record({ cluster: prod, kind: pods, objects: [present(3)], events: [] });
      assert.equal((await objectsOf(catalog)).length, 3);
    });

    it("keeps the last of what is said of an object, within a batch too", async () => {
      await using catalog = await open();
      const objects = [present(1), present(1, "8"), present(2), gone(2), gone(3), present(3), gone(4)];
      await catalog.record({ cluster: prod, kind: pods, objects, events: [], complete: true });
      assert.deepEqual(await objectsOf(catalog), [objectOf(1, "8"), objectOf(3)]);
      assert.equal(catalog.stats().objects, 2);
      const renamed = { ...objectOf(1, "8"), name: "other", namespace: "elsewhere" };
      await catalog.record({ cluster: prod, kind: pods, objects: [{ type: "present", object: renamed }], events: [] });
      assert.deepEqual(await objectsOf(catalog), [renamed, objectOf(3)]);
    });

    it("takes uids, names and versions of any form", async () => {
      await using catalog = await open();
      const uids = [
        "",
        "x",
        "00000000-0000-4000-8000-00000000000A",
        "00000000-0000-4000-8000-00000000000a",
        "é\u{1F600}",
      ];
      const objects = uids.map((uid, index): RecordedObject => ({
        ...objectOf(index),
        uid,
        resourceVersion: `v/${uid}`,
      }));
      const entries = objects.map((object) => ({ type: "present", object }) as const);
      await catalog.record({ cluster: prod, kind: pods, objects: entries, events: [], complete: true });
      assert.deepEqual(sorted(await objectsOf(catalog)), sorted(objects));
    });

    it("gives thousands of objects in slices, each once", async () => {
      await using catalog = await open();
      await recordPods(catalog, 5_000);
      const slices: number[] = [];
      const uids = new Set<string>();
      for await (const slice of catalog.objects(prod, pods)) {
        slices.push(slice.length);
        for (const { uid } of slice) uids.add(uid);
      }
      assert.ok(slices.length > 1);
      assert.ok(Math.max(...slices) <= 2_000);
      assert.equal(uids.size, 5_000);
    });

    it("drops one kind and leaves the others, and begins it anew when it comes back", async () => {
      await using catalog = await open();
      await recordPods(catalog, 3);
      await catalog.record({ cluster: prod, kind: services, objects: [present(7)], events: [], complete: true });
      await catalog.dropKind(prod, pods);
      assert.deepEqual(await catalog.kinds(prod), [services]);
      assert.deepEqual(await objectsOf(catalog), []);
      assert.equal(catalog.stats().objects, 1);
      await catalog.record({ cluster: prod, kind: pods, objects: [present(5)], events: [] });
      assert.deepEqual(await objectsOf(catalog), []);
      await catalog.record({ cluster: prod, kind: pods, objects: [], events: [], complete: true });
      assert.deepEqual(await objectsOf(catalog), [objectOf(5)]);
      await catalog.dropKind(prod, { group: "nowhere", kind: "Nothing" });
    });

    it("takes a kind's new version and plural, and keeps its objects", async () => {
      await using catalog = await open();
      await recordPods(catalog, 2);
      await catalog.record({ cluster: prod, kind: { ...pods, version: "v2" }, objects: [], events: [] });
      assert.deepEqual(await catalog.kinds(prod), [{ ...pods, version: "v2" }]);
      assert.equal((await objectsOf(catalog)).length, 2);
    });

    it("keeps up to where a kind was told, until it is told further or the kind is dropped", async () => {
      await using catalog = await open();
      await recordPods(catalog, 2);
      const batch = { cluster: prod, objects: [], events: [] };
      await catalog.record({ ...batch, kind: { ...pods, toldTo: "41" } });
      await catalog.record({ ...batch, kind: pods });
      assert.deepEqual(await catalog.kinds(prod), [{ ...pods, toldTo: "41" }]);
      await catalog.record({ ...batch, kind: { ...pods, toldTo: "42" } });
      assert.deepEqual(await catalog.kinds(prod), [{ ...pods, toldTo: "42" }]);
      await catalog.dropKind(prod, pods);
      await recordPods(catalog, 2);
      assert.deepEqual(await catalog.kinds(prod), [pods]);
    });

    it("refuses objects of no kind, and records nothing of that batch", async () => {
      await using catalog = await open();
      const batch = { cluster: prod, objects: [present(1)], events: [eventOf(1)] };
      await assert.rejects(catalog.record(batch), (error) => isHeddleError(error, "HEDDLE_CATALOG_BATCH_INVALID"));
      assert.equal(catalog.stats().events, 0);
    });
  });

  describe(`${name}: the log`, () => {
    it("gives sequences one by one in the order of the calls, and the events as recorded", async () => {
      await using catalog = await open();
      const { last } = catalog.log.bounds();
      assert.equal(catalog.log.bounds().first, last + 1);
      const [first, second] = await Promise.all([
        catalog.record({ cluster: prod, objects: [], events: [eventOf(1), eventOf(2)] }),
        catalog.record({ cluster: prod, kind: pods, objects: [present(3)], events: [eventOf(3)] }),
      ]);
      assert.deepEqual(
        [...first, ...second].map(({ sequence }) => sequence),
        [last + 1, last + 2, last + 3],
      );
      assert.deepEqual(await catalog.log.read(last, 10), [...first, ...second]);
      assert.deepEqual(await catalog.log.read(last + 1, 1), [first[1]]);
      assert.deepEqual(await catalog.log.read(last + 3, 10), []);
      assert.deepEqual(catalog.log.bounds(), { first: last + 1, last: last + 3 });
      assert.match(first[0]?.text ?? "", new RegExp(`"sequence":"${last + 1}"`));
    });

    it("begins after any sequence that an earlier catalog can have told", async () => {
      await using catalog = await open();
      assert.ok(catalog.log.bounds().last >= 1_000 * 1_000);
    });

    it("holds at most so many events, the newest", async () => {
      await using catalog = await open({ events: 10, bytes: 1_000_000 });
      const records = [];
      for (let index = 0; index < 25; index++) {
        records.push(...(await catalog.record({ cluster: prod, objects: [], events: [eventOf(index)] })));
      }
      await until(() => catalog.stats().events === 10);
      assert.deepEqual(await catalog.log.read(0, 100), records.slice(-10));
      assert.deepEqual(catalog.log.bounds(), { first: records[15]?.sequence, last: records[24]?.sequence });
    });

    it("holds at most so many bytes, and goes on counting when none is held", async () => {
      await using catalog = await open({ events: 100, bytes: 50 });
      const { last } = catalog.log.bounds();
      await catalog.record({ cluster: prod, objects: [], events: [eventOf(1), eventOf(2), eventOf(3)] });
      await until(() => catalog.stats().events === 0);
      assert.deepEqual(catalog.log.bounds(), { first: last + 4, last: last + 3 });
      assert.deepEqual(await catalog.log.read(0, 10), []);
      const [next] = await catalog.record({ cluster: prod, objects: [], events: [eventOf(4)] });
      assert.equal(next?.sequence, last + 4);
    });

    it("reads many events in one call", async () => {
      await using catalog = await open();
      const events = Array.from({ length: 1_000 }, (_, index) => eventOf(index));
      const records = await catalog.record({ cluster: prod, objects: [], events });
      assert.deepEqual(await catalog.log.read(records[9]?.sequence ?? 0, 900), records.slice(10, 910));
    });

    it("reads back from any place, newest first, at most 500 in one call", async () => {
      await using catalog = await open();
      const { last } = catalog.log.bounds();
      assert.deepEqual(await catalog.log.readBack(Number.MAX_SAFE_INTEGER, 10), []);
      const events = Array.from({ length: 700 }, (_, index) => eventOf(index));
      const records = await catalog.record({ cluster: prod, objects: [], events });
      const newest = records.toReversed();
      assert.deepEqual(await catalog.log.readBack(Number.MAX_SAFE_INTEGER, 3), newest.slice(0, 3));
      assert.deepEqual(await catalog.log.readBack(last + 701, 700), newest.slice(0, 500));
      assert.deepEqual(await catalog.log.readBack(last + 201, 500), newest.slice(500));
      assert.deepEqual(await catalog.log.readBack(last + 1, 10), []);
      assert.deepEqual(await catalog.log.readBack(0, 10), []);
    });

    it("records nothing of a batch whose text fails, and the others beside it", async () => {
      await using catalog = await open();
      const failing = { ...eventOf(2), text: (): string => assert.fail("no text") };
      const results = await Promise.allSettled([
        catalog.record({ cluster: prod, kind: pods, objects: [present(1)], events: [eventOf(1)], complete: true }),
        catalog.record({ cluster: prod, kind: pods, objects: [present(2)], events: [eventOf(2), failing] }),
        catalog.record({ cluster: prod, kind: pods, objects: [present(3)], events: [eventOf(3)] }),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      assert.deepEqual(await objectsOf(catalog), [objectOf(1), objectOf(3)]);
      const { first, last } = catalog.log.bounds();
      assert.equal(last - first, 1);
    });
  });

  describe(`${name}: the end`, () => {
    it("records what was given before, and refuses what comes after", async () => {
      const catalog = await open();
      const recording = catalog.record({ cluster: prod, objects: [], events: [eventOf(1)] });
      await catalog[Symbol.asyncDispose]();
      assert.equal((await recording).length, 1);
      const late = catalog.record({ cluster: prod, objects: [], events: [eventOf(2)] });
      await assert.rejects(late, (error) => isHeddleError(error, "HEDDLE_CATALOG_CLOSED"));
      await catalog[Symbol.asyncDispose]();
    });
  });
}

const present = (index: number, resourceVersion?: string) =>
  ({ type: "present", object: objectOf(index, resourceVersion) }) as const;

const gone = (index: number) => ({ type: "gone", uid: objectOf(index).uid }) as const;

async function recordPods(catalog: Catalog, count: number): Promise<void> {
  const objects = Array.from({ length: count }, (_, index) => present(index));
  await catalog.record({ cluster: prod, kind: pods, objects, events: [], complete: true });
}

const sorted = (objects: readonly RecordedObject[]): readonly RecordedObject[] =>
  objects.toSorted((left, right) => (left.uid < right.uid ? -1 : 1));

async function objectsOf(catalog: Catalog): Promise<readonly RecordedObject[]> {
  return sorted((await Array.fromAsync(catalog.objects(prod, pods))).flat());
}

async function until(holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < deadlineMs, "what was waited for did not come");
    await new Promise((resolve) => void setImmediate(resolve));
  }
}
