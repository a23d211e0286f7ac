import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../base/index.ts";
import { type KubeObject, parseClusterId } from "../../model/index.ts";
import { createStore } from "../store.ts";
import { type Store } from "../model.ts";
import { randomPod } from "../testing/random-objects.ts";
import { resourceOf } from "../testing/resources.ts";
import { type TakenObject } from "./model.ts";

const cluster = parseClusterId("prod");
const pods = resourceOf("v1", "Pod");

const podOf = (name: string, version: number): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop", uid: `uid-${name}`, resourceVersion: `${version}`, labels: { app: "web" } },
  spec: { nodeName: "node-1", containers: Array.from({ length: 5 }, (_, at) => ({ name: `c${at}`, image: "a/b:1" })) },
});

const filled = (objects: readonly KubeObject[]): Store => {
  const store = createStore({ clock: createManualClock() });
  apply(store, objects);
  return store;
};

const apply = (store: Store, objects: readonly KubeObject[]): void =>
  store.apply(
    cluster,
    pods,
    objects.map((object) => ({ type: "created", object })),
  );

/** What the store has under these names, a block each few. */
function blocksOf(store: Store, names: readonly Readonly<{ namespace: string; name: string }>[], each = 3): Buffer[] {
  const writer = store.keeping(cluster, pods);
  const blocks: Buffer[] = [];
  for (const [at, name] of names.entries()) {
    writer.add(name);
    if (at % each === each - 1) blocks.push(writer.block().bytes);
  }
  return [...blocks, writer.block().bytes];
}

/** Sections in the order in which they were written, read as they are to be read. */
function readBack(sections: readonly (readonly Buffer[])[], store = filled([])): readonly TakenObject[] {
  const read = store.restoring(pods);
  return [...sections.entries()]
    .toReversed()
    .flatMap(([section, blocks]) => blocks.flatMap((bytes) => read({ section, bytes })));
}

const shop = (...names: readonly string[]) => names.map((name) => ({ namespace: "shop", name }));
const words = (objects: readonly TakenObject[]): readonly string[] =>
  objects.map(({ name, resourceVersion }) => `${name} ${resourceVersion}`).toSorted();

describe("blocks of kept objects", () => {
  it("fill a store as it was, in any pieces", async () => {
    const scenario = fc.tuple(fc.array(randomPod, { maxLength: 20 }), fc.integer({ min: 1, max: 7 }));
    await fc.assert(
      fc.asyncProperty(scenario, async ([objects, each]) => {
        const before = filled(objects);
        const { objects: stored } = await before.query({ limit: 1_000 });
        const names = stored.map(({ ref: { namespace = "", name } }) => ({ namespace, name }));
        const after = filled([]);
        after.take(cluster, pods, { objects: readBack([blocksOf(before, names, each)], after) });
        const json = async (store: Store): Promise<string> => (await store.query({ limit: 1_000 })).json.toString();
        assert.equal(await json(after), await json(before));
        for (const { ref } of stored) {
          const name = { ...ref, kind: "Pod" };
          assert.deepEqual(after.relations(name, { depth: 2 }), before.relations(name, { depth: 2 }));
          assert.equal(after.fieldDigest(name), before.fieldDigest(name));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("give the latest of every object once, and nothing of those that are gone", () => {
    const store = filled([podOf("a", 1), podOf("b", 1), podOf("c", 1)]);
    const first = blocksOf(store, shop("a", "b", "c"));
    apply(store, [podOf("b", 2), podOf("d", 2)]);
    const second = blocksOf(store, shop("b", "d"));
    store.apply(cluster, pods, [{ type: "deleted", object: podOf("d", 3), finalState: "known" }]);
    const third = blocksOf(store, shop("d", "c"));
    assert.deepEqual(words(readBack([first, second])), ["a 1", "b 2", "c 1", "d 2"]);
    assert.deepEqual(words(readBack([first, second, third])), ["a 1", "b 2", "c 1"]);
  });

  it("are small: what objects have alike is told once", () => {
    const store = filled(Array.from({ length: 200 }, (_, at) => podOf(`p${at}`, at + 1)));
    const [bytes] = blocksOf(store, shop(...Array.from({ length: 200 }, (_, at) => `p${at}`)), 200);
    assert.ok((bytes?.length ?? Infinity) < 200 * 150, `${bytes?.length} bytes`);
  });

  it("hold a reference once, however many sections tell it", async () => {
    const names = Array.from({ length: 60 }, (_, at) => `p${at}`);
    const store = filled(names.map((name) => podOf(name, 1)));
    const sections = names.map((name) => blocksOf(store, shop(name)));
    const after = filled([]);
    after.take(cluster, pods, { objects: readBack(sections, after) });
    const [held, expected] = [after, store].map((one) => one.stats()[0]?.heldBytes ?? 0);
    assert.equal((await after.query({ limit: 100 })).objects.length, 60);
    assert.ok((held ?? 0) <= (expected ?? 0) * 1.1, `${held} instead of ${expected} bytes`);
  });

  it("that are cut off, or something else, are refused", () => {
    const [bytes = Buffer.alloc(0)] = blocksOf(filled([podOf("a", 1)]), shop("a"));
    for (const wrong of [
      bytes.subarray(0, 3),
      bytes.subarray(0, 30),
      bytes.subarray(0, -1),
      Buffer.from("no block at all, but a text"),
    ])
      assert.throws(() => filled([]).restoring(pods)({ section: 0, bytes: wrong }));
  });

  it("that are read without those before them are refused", () => {
    const store = filled([podOf("a", 1), podOf("b", 1)]);
    const [, second = Buffer.alloc(0)] = blocksOf(store, shop("a", "b"), 1);
    assert.throws(() => filled([]).restoring(pods)({ section: 0, bytes: second }), RangeError);
  });
});
