import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Bus, type EventLog, type EventRecord } from "../../events/index.ts";
import { createStore } from "../../inventory/index.ts";
import { createManualClock } from "../../base/index.ts";
import { type KubeObject } from "../../model/index.ts";
import { createCounts } from "../metrics/counts.ts";
import { filledStore, podOf, podResource } from "../testing/filled-store.ts";
import { codesOf, openGraphql } from "../testing/open-graphql.ts";
import { infoOf, quietDeps } from "../testing/open-server.ts";

const east = infoOf("east").id;

describe("resourceCounts", () => {
  const store = filledStore(east, 5);
  store.apply(east, podResource, [{ type: "created", object: podOf("waiting", { status: { phase: "Pending" } }) }]);

  it("counts by kind and status, the largest groups first", async (t) => {
    const { ask } = await openGraphql(t, { store });
    const { data } = await ask(
      "{ resourceCounts(by: [KIND, STATUS]) { total cut groups { kind group status count } } }",
    );
    assert.deepEqual(data, {
      resourceCounts: {
        total: 7,
        cut: false,
        groups: [
          { kind: "Pod", group: "", status: "Running", count: 5 },
          { kind: "Node", group: "", status: "Unknown", count: 1 },
          { kind: "Pod", group: "", status: "Pending", count: 1 },
        ],
      },
    });
  });

  it("counts what a filter leaves, in total alone if nothing else is asked, and says where groups are cut off", async (t) => {
    const { ask } = await openGraphql(t, { store });
    const { data } = await ask(`{
      all: resourceCounts { total groups { count } }
      health: resourceCounts(filter: { health: ["healthy", "progressing"] }, by: HEALTH) { groups { health count } }
      some: resourceCounts(filter: { search: "POD-", kinds: ["po"] }, by: CLUSTER) { total groups { cluster kind count } }
      cut: resourceCounts(by: [STATUS], limit: 1) { total cut groups { status count } }
    }`);
    assert.deepEqual(data, {
      all: { total: 7, groups: [] },
      health: { groups: [{ health: "progressing", count: 7 }] },
      some: { total: 5, groups: [{ cluster: "east", kind: null, count: 5 }] },
      cut: { total: 7, cut: true, groups: [{ status: "Running", count: 5 }] },
    });
    const ill = await ask('{ resourceCounts(filter: { health: ["ill"] }) { total } }');
    assert.deepEqual(codesOf(ill), ["HEDDLE_SERVER_QUESTION_INVALID"]);
    assert.deepEqual(codesOf(await ask("{ resourceCounts(limit: 0) { total } }")), ["HEDDLE_SERVER_QUESTION_INVALID"]);
  });
});

describe("a member of a long list", () => {
  // Every second look at the clock says that it is time for others.
  const base = createManualClock();
  const clock = { ...quietDeps().clock, monotonicMs: () => (base.advance(5), base.monotonicMs()) };

  it("that fails before the list is at its end fails the answer, and not the process", async (t) => {
    const { ask } = await openGraphql(t, { store: filledStore(east, 200), clock });
    const query =
      '{ resources(filter: { kinds: ["po"] }, limit: 200) { items { relationships(depth: 99) { type } } } }';
    assert.deepEqual(new Set(codesOf(await ask(query))), new Set(["HEDDLE_SERVER_QUESTION_INVALID"]));
  });

  it("that nobody waits for any more ends quietly", async (t) => {
    const { post, ask } = await openGraphql(t, { store: filledStore(east, 400), clock });
    const query =
      "{ resources(limit: 400) { items { attributes relationships(direction: BOTH) { because target { attributes } } } } }";
    for (let round = 0; round < 20; round++) {
      const signal = AbortSignal.timeout(5 + round);
      await post("/graphql", { query }, { signal })
        .then((answer) => answer.text())
        .catch(() => {});
    }
    assert.deepEqual(codesOf(await ask("{ resources(limit: 1) { items { id } } }")), []);
  });
});

describe("resources", () => {
  it("tell their total, and leap to any place of it", async (t) => {
    const { ask } = await openGraphql(t, { store: filledStore(east, 300) });
    const { data } = await ask(`{
      resources(filter: { kinds: ["po"], search: "pod-1" }, sort: { by: "name" }, offset: 100, limit: 2) {
        total revision items { name }
      }
    }`);
    assert.deepEqual(data, {
      resources: { total: 111, revision: 301, items: [{ name: "pod-19" }, { name: "pod-190" }] },
    });
    for (const bad of ["offset: -1", 'offset: 1, cursor: "x"'])
      assert.deepEqual(codesOf(await ask(`{ resources(${bad}) { next } }`)), ["HEDDLE_SERVER_QUESTION_INVALID"]);
  });

  it("tell one as kubectl would write it, its conditions, and why it is related", async (t) => {
    const store = filledStore(east, 0);
    const status = {
      phase: "Running",
      conditions: [{ type: "Ready", status: "False", reason: "Unready", lastTransitionTime: "2026-01-01T00:00:00Z" }],
    };
    store.apply(east, podResource, [{ type: "created", object: podOf("web", { status }) }]);
    const { ask } = await openGraphql(t, { store });
    const { data } = await ask(`{
      resource(id: "east/core/Pod/default/web") {
        yaml
        conditions { type status reason message lastTransitionTime }
        relationships(direction: TREE, types: ["runs_on"]) { type because source { name } target { name } }
      }
    }`);
    const { yaml, ...rest } = (data?.["resource"] ?? {}) as { yaml: string };
    assert.match(
      yaml,
      /^apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    app: web\n  name: web\n[^]*lastTransitionTime: "2026-/,
    );
    assert.deepEqual(rest, {
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "Unready",
          message: null,
          lastTransitionTime: "2026-01-01T00:00:00Z",
        },
      ],
      relationships: [
        {
          type: "runs_on",
          because: 'spec.nodeName names Node "node-1"',
          source: { name: "web" },
          target: { name: "node-1" },
        },
      ],
    });
  });
});

const recordOf = (sequence: number, name: string): EventRecord => {
  const ref = { cluster: east, group: "", version: "v1", kind: "Pod", namespace: "default", name };
  const data: KubeObject = podOf(name);
  const text = JSON.stringify({ time: "2026-01-01T00:00:00Z", data });
  return { sequence, id: `id-${sequence}`, type: "kubernetes.resource.updated", cluster: east, ref, labels: {}, text };
};

const records = (count: number): readonly EventRecord[] =>
  Array.from({ length: count }, (_, index) => recordOf(index + 1, "web"));

/** `readBack` as the catalog's contract has it. */
const logOf = (records: readonly EventRecord[]): EventLog => ({
  bounds: () => ({ first: records[0]?.sequence ?? 1, last: records.at(-1)?.sequence ?? 0 }),
  read: async () => [],
  readBack: async (before, limit) =>
    records
      .filter(({ sequence }) => sequence < before)
      .slice(-limit)
      .toReversed(),
});

describe("changes", () => {
  const records = Array.from({ length: 6_000 }, (_, index) =>
    recordOf(index + 1, index % 2_000 === 0 ? "rare" : "web"),
  );
  const deps = { store: filledStore(east, 1), catalog: { ...quietDeps().catalog, log: logOf(records) } };
  const question = `query ($before: String, $filter: ResourceFilter, $limit: Int) {
    changes(before: $before, filter: $filter, limit: $limit) { next items { type sequence time resource { name status } } }
  }`;
  type Page = Readonly<{ next: string | null; items: readonly Readonly<{ sequence: string }>[] }>;

  it("come newest first, page by page, down to where the log begins", async (t) => {
    const { ask } = await openGraphql(t, deps);
    const { data } = await ask(question, { limit: 1 });
    assert.deepEqual(data, {
      changes: {
        next: "6000",
        items: [
          {
            type: "UPDATED",
            sequence: "6000",
            time: "2026-01-01T00:00:00Z",
            resource: { name: "web", status: "Running" },
          },
        ],
      },
    });
    const found: string[] = [];
    for (let before: string | null = "1000"; before !== null;) {
      const page = (await ask(question, { limit: 400, before })).data?.["changes"] as Page;
      found.push(...page.items.map(({ sequence }) => sequence));
      before = page.next;
    }
    assert.deepEqual(
      found,
      Array.from({ length: 999 }, (_, index) => String(999 - index)),
    );
  });

  it("are looked at in part only for a rare thing, which `next` goes on to look for", async (t) => {
    const { ask } = await openGraphql(t, deps);
    const filter = { names: ["rare"], kinds: ["po"] };
    const first = (await ask(question, { filter })).data?.["changes"] as Page;
    assert.deepEqual([first.items.map(({ sequence }) => sequence), first.next], [["4001", "2001"], "901"]);
    const second = (await ask(question, { filter, before: first.next })).data?.["changes"] as Page;
    assert.deepEqual([second.items.map(({ sequence }) => sequence), second.next], [["1"], null]);
    const bad = await ask(question, { filter: { status: ["Running"] } });
    assert.deepEqual(codesOf(bad), ["HEDDLE_SERVER_QUESTION_INVALID"]);
  });
});

describe("changeRate", () => {
  it("counts what was told, a second each", async (t) => {
    const clock = createManualClock(1_700_000_000_000);
    const counts = createCounts(clock);
    counts.counting({ publish() {} } as unknown as Bus).publish(records(3));
    clock.advance(2_000);
    const { ask } = await openGraphql(t, { counts });
    const { data } = await ask("{ changeRate(seconds: 3) { until counts } }");
    assert.deepEqual(data, { changeRate: { until: "2023-11-14T22:13:22.000Z", counts: [0, 3, 0] } });
    assert.deepEqual(codesOf(await ask("{ changeRate(seconds: 0) { until } }")), ["HEDDLE_SERVER_QUESTION_INVALID"]);
  });
});

describe("about", () => {
  it("tells the server that answers", async (t) => {
    const clock = { ...quietDeps().clock, nowMs: () => 1_700_000_000_000 };
    const { ask } = await openGraphql(t, { store: createStore({ clock: createManualClock() }), clock }, { demo: true });
    const { data } = await ask("{ about { version startedAt mutationsEnabled demo source notes warnings } }");
    assert.deepEqual(data, {
      about: {
        version: "0.0.0-test",
        startedAt: "2023-11-14T22:13:20.000Z",
        mutationsEnabled: false,
        demo: true,
        source: "a test",
        notes: ["a note"],
        warnings: [],
      },
    });
  });
});
