import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../base/index.ts";
import { type ClusterId, healthWord, type KubeObject, parseClusterId, statusOf } from "../../model/index.ts";
import { sized } from "../../../test/size.ts";
import { type CountBy, type CountGroup, type Sort, type Store } from "../model.ts";
import { createStore } from "../store.ts";
import { randomPod } from "../testing/random-objects.ts";
import { matchesNaively, randomQuery } from "../testing/random-queries.ts";
import { resourceOf } from "../testing/resources.ts";

const clusters = ["prod", "prod-b"].map(parseClusterId);
const kinds = [resourceOf("v1", "Pod"), resourceOf("apps/v1", "Job")];
const everyBy: readonly CountBy[] = ["cluster", "kind", "namespace", "status", "health"];

type Placed = Readonly<{ cluster: ClusterId; kind: string; group: string; object: KubeObject }>;

const idOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

/** A store of several tables, every pod in one of them; and what is in it. */
function filled(pods: readonly KubeObject[]): Readonly<{ store: Store; all: readonly Placed[] }> {
  const clock = createManualClock();
  const store = createStore({ clock: { ...clock, monotonicMs: () => (clock.advance(100), clock.monotonicMs()) } });
  const all = pods.map((object, index) => {
    const cluster = clusters[index % 2] ?? parseClusterId("prod");
    const resource = kinds[(index >> 1) % 2] ?? resourceOf("v1", "Pod");
    store.apply(cluster, resource, [{ type: "created", object: { ...object, kind: resource.kind } }]);
    return { cluster, kind: resource.kind, group: resource.group, object: { ...object, kind: resource.kind } };
  });
  return { store, all };
}

function groupOf({ cluster, kind, group, object }: Placed, by: readonly CountBy[]): Omit<CountGroup, "count"> {
  const { namespace = "" } = object.metadata;
  const status = statusOf(object).word;
  return {
    ...(by.includes("cluster") && { cluster }),
    ...(by.includes("kind") && { kind: { group, kind } }),
    ...(by.includes("namespace") && { namespace }),
    ...(by.includes("status") && { status }),
    ...(by.includes("health") && { health: healthWord(statusOf(object)) }),
  };
}

const sorts: readonly Sort[] = [
  "identity",
  "name",
  "age",
  "status",
  "health",
  "namespace",
  "cluster",
  "kind",
  "spec.size",
].flatMap((by) => [{ by }, { by, descending: true }]);

describe("a count", () => {
  it("is what counting the objects of the same query tells, by whatever it is asked", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(randomPod, { selector: idOf, maxLength: 100 }),
        fc.array(fc.tuple(randomQuery, fc.subarray([...everyBy])), { minLength: 4, maxLength: 4 }),
        async (pods, questions) => {
          const { store, all } = filled(pods);
          const whole = questions.map(([, by]) => [{}, by] as const);
          for (const [asked, by] of [...questions, ...whole]) {
            // The node of a Pod is one of Pods only.
            const query = { ...asked, node: undefined };
            const matching = all.filter(({ object }) => matchesNaively(query, object));
            const expected = new Map<string, number>();
            for (const placed of by.length === 0 ? [] : matching) {
              const key = JSON.stringify(groupOf(placed, by));
              expected.set(key, (expected.get(key) ?? 0) + 1);
            }
            const { total, groups } = await store.count(query, by);
            assert.equal(total, matching.length);
            const told = groups.map(({ count, ...group }) => [JSON.stringify(group), count] as const);
            assert.deepEqual(new Map(told), expected);
            assert.equal(told.length, expected.size, "each group is told once");
            const counts = groups.map(({ count }) => count);
            assert.deepEqual(
              counts,
              counts.toSorted((a, b) => b - a),
            );
          }
        },
      ),
      { numRuns: sized({ small: 60, full: 2_000 }) },
    );
  });

  it("follows what comes and goes", async () => {
    const { store, all } = filled([]);
    assert.deepEqual([all, await store.count({}, ["kind"])], [[], { total: 0, groups: [] }]);
    const [pod] = fc.sample(randomPod, 1) as [KubeObject];
    const [cluster, resource] = [parseClusterId("prod"), resourceOf("v1", "Pod")];
    store.apply(cluster, resource, [{ type: "created", object: pod }]);
    assert.equal((await store.count({ kinds: [resource] }, [])).total, 1);
    store.apply(cluster, resource, [{ type: "deleted", object: pod, finalState: "known" }]);
    assert.deepEqual(await store.count({}, ["cluster", "status"]), { total: 0, groups: [] });
  });
});

describe("an offset", () => {
  it("begins where as many objects stand before, in every order, and goes on by cursor", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(randomPod, { selector: idOf, minLength: 5, maxLength: 120 }),
        fc.record({ asked: randomQuery, sort: fc.constantFrom(...sorts) }),
        fc.record({ offset: fc.nat(130), limit: fc.integer({ min: 1, max: 20 }) }),
        async (pods, { asked, sort }, { offset, limit }) => {
          const { store } = filled(pods);
          const query = { ...asked, sort };
          const names = async (more: object): Promise<readonly string[]> =>
            (await store.query({ ...query, ...more })).objects.map(({ ref }) => JSON.stringify(ref));
          const all = await names({});
          const page = await store.query({ ...query, offset, limit });
          const found = page.objects.map(({ ref }) => JSON.stringify(ref));
          assert.deepEqual(found, all.slice(offset, offset + limit));
          if (page.next !== undefined)
            assert.deepEqual(await names({ cursor: page.next, limit }), all.slice(offset + limit, offset + 2 * limit));
        },
      ),
      { numRuns: sized({ small: 200, full: 5_000 }) },
    );
  });

  it("reaches far behind in thousands, with and without a filter", async () => {
    const store = createStore({ clock: createManualClock() });
    const [cluster, resource] = [parseClusterId("prod"), resourceOf("v1", "Pod")];
    const pods = Array.from({ length: 3_000 }, (_, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `p${String((index * 7_919) % 3_000).padStart(4, "0")}`, namespace: "a", uid: `u${index}` },
      status: { phase: index % 3 === 0 ? "Pending" : "Running" },
    }));
    store.apply(
      cluster,
      resource,
      pods.map((object) => ({ type: "created", object })),
    );
    for (const sort of sorts)
      for (const status of [undefined, ["Running"]]) {
        const all = (await store.query({ sort, status })).objects.map(({ ref }) => ref.name);
        const { objects } = await store.query({ sort, status, offset: 1_777, limit: 50 });
        assert.deepEqual(
          objects.map(({ ref }) => ref.name),
          all.slice(1_777, 1_827),
          JSON.stringify([sort, status]),
        );
      }
    assert.equal((await store.query({ search: "P00", limit: 3 })).objects.length, 3);
  });

  it("is of what has the searched letters in its name, small or capital", async () => {
    const { store } = filled([]);
    const [cluster, resource] = [parseClusterId("prod"), resourceOf("v1", "Pod")];
    const names = ["system:Admin", "ADMINS", "administer", "adm"];
    for (const name of names)
      store.apply(cluster, resource, [
        { type: "created", object: { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "a" } } },
      ]);
    const found = await store.query({ search: "aDmIn", sort: { by: "name" }, offset: 1 });
    assert.deepEqual(
      found.objects.map(({ ref }) => ref.name),
      ["administer", "system:Admin"],
    );
    assert.equal((await store.count({ search: "aDmIn" }, [])).total, 3);
  });

  it("is refused where it makes no sense", async () => {
    const store = createStore({ clock: createManualClock() });
    for (const query of [{ offset: -1 }, { offset: 1.5 }, { offset: 2, cursor: "x" }])
      await assert.rejects(store.query(query), { code: "HEDDLE_QUERY_INVALID" });
  });
});
