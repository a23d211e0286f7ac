import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock, isHeddleError } from "../../base/index.ts";
import { type Change, type KubeObject, parseClusterId } from "../../model/index.ts";
import { sized } from "../../../test/size.ts";
import { type Sort, type Store, type StoreQuery } from "../model.ts";
import { createStore } from "../store.ts";
import { randomPod } from "../testing/random-objects.ts";
import { matchesNaively, randomLabelSelector, randomQuery } from "../testing/random-queries.ts";
import { resourceOf } from "../testing/resources.ts";

const prod = parseClusterId("prod");
const pods = resourceOf("v1", "Pod");
const idOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
const updated = (object: KubeObject): Change => ({ type: "updated", object });
const deleted = (object: KubeObject): Change => ({ type: "deleted", object, finalState: "known" });

/** A clock that leaps at every look: queries pause as often as they can. */
const hasty = (): ReturnType<typeof createManualClock> => {
  const clock = createManualClock();
  return { ...clock, monotonicMs: () => (clock.advance(100), clock.monotonicMs()) };
};

const sorts: readonly (Sort | undefined)[] = [
  undefined,
  ...["identity", "name", "age", "status", "spec.size"].flatMap((by) => [{ by }, { by, descending: true }]),
];

async function allPages(
  store: Store,
  asked: StoreQuery,
  between: () => void = () => {},
): Promise<readonly KubeObject[][]> {
  const pages: KubeObject[][] = [];
  for (let cursor: string | undefined; ;) {
    const page = await store.query({ ...asked, cursor });
    pages.push(page.objects.map((stored) => stored.object()));
    assert.deepEqual(JSON.parse(page.json.toString()), pages.at(-1), "the joined list holds the same");
    if (page.next === undefined) return pages;
    cursor = page.next;
    between();
  }
}

describe("a query", () => {
  it("finds what a naive filter over all objects finds, after any changes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomPod, { minLength: 1, maxLength: 150 }),
        fc.array(randomPod, { maxLength: 30 }),
        fc.array(randomQuery, { minLength: 5, maxLength: 5 }),
        async (written, removed, queries) => {
          const store = createStore({ clock: hasty() });
          const expected = new Map<string, KubeObject>();
          store.apply(prod, pods, [...written.map(updated), ...removed.map(deleted)]);
          for (const pod of written) expected.set(idOf(pod), pod);
          for (const pod of removed) expected.delete(idOf(pod));
          for (const asked of queries) {
            const found = (await store.query(asked)).objects.map((stored) => stored.object());
            const wanted = [...expected.values()].filter((object) => matchesNaively(asked, object));
            const sorted = wanted.toSorted((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));
            assert.deepEqual(found, sorted);
          }
        },
      ),
      { numRuns: sized({ small: 60, full: 2_000 }) },
    );
  });

  it("pages in every order with no object twice and none left out, though others come, change and go", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(randomPod, { selector: idOf, minLength: 10, maxLength: 120 }),
        fc.array(fc.tuple(randomPod, fc.boolean()), { minLength: 10, maxLength: 100 }),
        fc.record({
          sort: fc.constantFrom(...sorts),
          limit: fc.integer({ min: 1, max: 30 }),
          labelSelector: randomLabelSelector,
        }),
        async (start, changes, asked) => {
          const store = createStore({ clock: hasty() });
          store.apply(prod, pods, start.map(updated));
          const touched = new Set<string>();
          const pending = [...changes];
          const change = (): void => {
            for (const [pod, gone] of pending.splice(0, 7)) {
              touched.add(idOf(pod));
              store.apply(prod, pods, [gone ? deleted(pod) : updated(pod)]);
            }
          };
          const walking = allPages(store, asked, change);
          change();
          const found = (await walking).flat().map(idOf);
          const untouched = start.filter((pod) => !touched.has(idOf(pod)) && matchesNaively(asked, pod)).map(idOf);
          for (const id of untouched)
            assert.equal(found.filter((other) => other === id).length, 1, `${id} is on the pages exactly once`);
        },
      ),
      { numRuns: sized({ small: 100, full: 3_000 }) },
    );
  });

  it("never gives an object twice when its key cannot change, whatever else changes", async () => {
    for (const by of ["identity", "name", "age"]) {
      const store = createStore({ clock: hasty() });
      const pod = (number: number, phase: string): KubeObject => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `p${number}`, namespace: "a", creationTimestamp: "2026-01-01T00:00:00Z" },
        status: { phase },
      });
      const all = Array.from({ length: 50 }, (_, number) => number);
      store.apply(
        prod,
        pods,
        all.map((number) => updated(pod(number, "Pending"))),
      );
      const touch = (): void =>
        store.apply(
          prod,
          pods,
          all.map((number) => updated(pod(number, "Running"))),
        );
      const pages = await allPages(store, { sort: { by }, limit: 7 }, touch);
      assert.deepEqual(
        pages
          .flat()
          .map(({ metadata }) => metadata.name)
          .toSorted(),
        all.map((n) => `p${n}`).toSorted(),
      );
    }
  });

  it("stays whole while objects grow, shrink and go between the slices of a large page", async () => {
    const store = createStore({ clock: hasty() });
    const pod = (number: number, words = ""): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `p${`${number}`.padStart(4, "0")}`, namespace: "a" },
      spec: { words },
    });
    const all = Array.from({ length: 600 }, (_, number) => number);
    store.apply(
      prod,
      pods,
      all.map((number) => updated(pod(number))),
    );
    const asking = { on: true };
    let rounds = 0;
    const query = store.query({}).finally(() => (asking.on = false));
    for (; asking.on; rounds++) {
      const [grows, goes] = [(rounds * 3) % 600, 598 - ((rounds * 3) % 300)];
      store.apply(prod, pods, [
        updated(pod(grows, "x".repeat(rounds * 20))),
        ...(goes % 3 === 1 ? [deleted(pod(goes))] : []),
      ]);
      await new Promise(setImmediate);
    }
    const page = await query;
    assert.ok(rounds > 3, "the event loop turned");
    assert.ok(page.objects.length < 600, "some went");
    assert.deepEqual(
      JSON.parse(page.json.toString()),
      page.objects.map((stored) => stored.object()),
    );
    const names = page.objects.map(({ ref }) => ref.name);
    assert.deepEqual(names, [...new Set(names)].toSorted());
    const found = new Set(names);
    for (const number of all) if (number % 3 !== 1) assert.ok(found.has(pod(number).metadata.name), `${number}`);
  });

  it("sorts: values of one kind together, those without first, equal ones by identity, and the other way round", async () => {
    const store = createStore({ clock: createManualClock() });
    const sizes = [3, "m", undefined, true, "a", 20, false];
    const objects = sizes.map((size, index): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `p${index}`, namespace: "a" },
      spec: size === undefined ? {} : { size },
    }));
    store.apply(prod, pods, objects.map(updated));
    const inOrder = async (sort: Sort): Promise<readonly unknown[]> =>
      (await store.query({ sort })).objects.map((stored) => (stored.object()["spec"] as { size?: unknown }).size);
    const order = [undefined, false, true, 3, 20, "a", "m"];
    assert.deepEqual(await inOrder({ by: "spec.size" }), order);
    assert.deepEqual(await inOrder({ by: "spec.size", descending: true }), order.toReversed());
  });

  it("sorts by the name of an attribute, whether an index knows it or not", async () => {
    const store = createStore({ clock: createManualClock() });
    const pod = (name: string, rest: object): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, creationTimestamp: `2026-01-0${name.length}T00:00:00Z` },
      spec: { nodeName: `n-${name}`, containers: [{ name: "c", image: `image-${name}` }] },
      status: { phase: "Running", containerStatuses: [{ name: "c", restartCount: name.length, state: {} }] },
      ...rest,
    });
    store.apply(prod, pods, [updated(pod("bbb", {})), updated(pod("cc", {})), updated(pod("a", { spec: {} }))]);
    const inOrder = async (by: string): Promise<readonly string[]> =>
      (await store.query({ sort: { by } })).objects.map(({ ref }) => ref.name);
    assert.deepEqual(await inOrder("restarts"), ["a", "cc", "bbb"]);
    assert.deepEqual(await inOrder("createdAt"), ["a", "cc", "bbb"]);
    assert.deepEqual(await inOrder("node"), ["a", "bbb", "cc"]);
    assert.deepEqual(await inOrder("images"), ["a", "bbb", "cc"]);
    assert.deepEqual(await inOrder("phase"), ["a", "bbb", "cc"]);
  });

  it("sorts by age with the youngest first", async () => {
    const store = createStore({ clock: createManualClock() });
    const born = (name: string, creationTimestamp: string): Change =>
      updated({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "a", creationTimestamp } });
    store.apply(prod, pods, [
      born("a", "2026-01-01T00:00:00Z"),
      born("b", "2026-01-03T00:00:00Z"),
      born("c", "2026-01-02T00:00:00Z"),
    ]);
    const page = await store.query({ sort: { by: "age" } });
    assert.deepEqual(
      page.objects.map(({ ref }) => ref.name),
      ["b", "c", "a"],
    );
  });

  it("finds and counts in a namespace only what is in it: no cluster-wide objects, named or not", async () => {
    const store = createStore({ clock: createManualClock() });
    const node: KubeObject = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "a", uid: "1", resourceVersion: "1" },
    };
    store.apply(prod, resourceOf("v1", "Node"), [updated(node)]);
    const pod: KubeObject = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "shop", uid: "2" } };
    store.apply(prod, pods, [updated(pod)]);
    const kindsIn = async (asked: StoreQuery): Promise<readonly string[]> => {
      const { objects } = await store.query(asked);
      assert.equal((await store.count(asked, [])).total, objects.length);
      const counted = await store.count(asked, ["kind"]);
      assert.equal(counted.total, objects.length);
      return objects.map(({ ref }) => ref.kind);
    };
    assert.deepEqual(await kindsIn({}), ["Node", "Pod"]);
    assert.deepEqual(await kindsIn({ namespaces: ["shop"] }), ["Pod"]);
    assert.deepEqual(await kindsIn({ namespaces: ["shop"], names: ["a"] }), ["Pod"]);
    assert.deepEqual(await kindsIn({ fieldSelector: "metadata.namespace=shop" }), ["Pod"]);
    assert.deepEqual(await kindsIn({ namespaces: ["other"] }), []);
    assert.deepEqual(await kindsIn({ namespaces: [""] }), ["Node"]);
  });

  it("refuses selectors, cursors and limits that mean nothing, each by its code", async () => {
    const store = createStore({ clock: createManualClock() });
    store.apply(
      prod,
      pods,
      ["a", "b"].map((name) => updated({ apiVersion: "v1", kind: "Pod", metadata: { name } })),
    );
    const { next } = await store.query({ limit: 1 });
    assert.ok(next !== undefined);
    for (const [asked, code] of [
      [{ labelSelector: "a b" }, "HEDDLE_SELECTOR_INVALID"],
      [{ fieldSelector: "a" }, "HEDDLE_SELECTOR_INVALID"],
      [{ cursor: "nonsense" }, "HEDDLE_CURSOR_INVALID"],
      [{ cursor: Buffer.from("[1,2]").toString("base64url") }, "HEDDLE_CURSOR_INVALID"],
      [{ cursor: next, sort: { by: "age" } }, "HEDDLE_CURSOR_INVALID"],
      [{ limit: 0 }, "HEDDLE_QUERY_INVALID"],
    ] as const)
      await assert.rejects(store.query(asked), (error) => isHeddleError(error, code), JSON.stringify(asked));
  });

  it("ends with the signal's reason", async () => {
    const store = createStore({ clock: hasty() });
    store.apply(
      prod,
      pods,
      Array.from({ length: 2_000 }, (_, index) =>
        updated({ apiVersion: "v1", kind: "Pod", metadata: { name: `p${index}` } }),
      ),
    );
    const controller = new AbortController();
    const asking = store.query({ fieldSelector: "spec.size=1" }, controller.signal);
    controller.abort(new Error("enough"));
    await assert.rejects(asking, /enough/);
  });
});

const identityOf = ({ metadata }: KubeObject): string => `${metadata.namespace} ${metadata.name}`;
