import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock, HeddleError } from "../../base/index.ts";
import { type Fleet } from "../../fleet/index.ts";
import {
  type Change,
  type ClusterAnswer,
  type ClusterState,
  type KubeObject,
  type ObjectList,
  parseClusterId,
  type Reader,
  type Resource,
  type ResourceQuery,
  type WatchedList,
} from "../../model/index.ts";
import { type Store } from "../model.ts";
import { createStore } from "../store.ts";
import { randomPod } from "../testing/random-objects.ts";
import { resourceOf } from "../testing/resources.ts";
import { createStoreReader, createTextLister, type TextLister } from "./store-reader.ts";

type WholeText = Readonly<{ resource: Resource; json: Buffer }>;

const prod = parseClusterId("prod");
const pods = { ...resourceOf("v1", "Pod"), shortNames: ["po"], categories: ["all"] };
const services = { ...resourceOf("v1", "Service"), shortNames: ["svc"], categories: ["all"] };
const { signal } = new AbortController();

const pod = (name: string, rest: Readonly<Record<string, unknown>> = {}): KubeObject =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    ...rest,
    metadata: { name, namespace: "web", uid: `uid-${name}`, ...(rest["metadata"] as object) },
  }) as KubeObject;
const updated = (object: KubeObject): Change => ({ type: "updated", object });
const deleted = (object: KubeObject): Change => ({ type: "deleted", object, finalState: "known" });

const elsewhere: ObjectList = { resource: services, objects: [pod("from-the-cluster")] };

/** A store of one cluster, which does not answer itself unless `state` says so; whatever is asked of it is noted. */
function setUp(state: ClusterState = "Failed", error?: HeddleError) {
  const clock = createManualClock(1_000);
  const store = createStore({ clock });
  const asked: ResourceQuery[] = [];
  const served: { objects: ObjectList["objects"] } = { objects: elsewhere.objects };
  const answer = { cluster: prod, ok: true, freshness: { state: "direct" } } as const;
  const direct: Reader = {
    clusters: () => [],
    async *summaries() {},
    async *resources() {
      const error = new HeddleError("away", { code: "HEDDLE_CLUSTER_UNREACHABLE" });
      yield { cluster: prod, ok: false, error };
    },
    async *list(query) {
      asked.push(query);
      yield { ...answer, value: { ...elsewhere, ...served } };
    },
    async *watch(query) {
      asked.push(query);
      yield { ...answer, value: { ...elsewhere, ...served, initial: true, deleted: [] } };
    },
  };
  const info = { id: prod, name: "prod", server: "https://192.0.2.1" };
  const fleet: Pick<Fleet, "clusters" | "summaries" | "connect"> = {
    clusters: () => [info],
    summaries: () => [{ info, health: { state, reason: "", ...(error && { error }) } }],
    // One that was lost a moment ago: nobody has noticed yet, and nothing comes back.
    connect: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  };
  const deps = { store, fleet, direct, clock };
  return { clock, store, asked, served, reader: createStoreReader(deps), lister: gathered(createTextLister(deps)) };
}

/** With each list whole. */
const gathered = (lister: TextLister) =>
  async function* (query: ResourceQuery, own: AbortSignal): AsyncGenerator<ClusterAnswer<WholeText>> {
    for await (const { value, ...answer } of lister(query, own)) {
      const json = value && Buffer.concat(await Array.fromAsync(value.json));
      const whole = value && json && { resource: value.resource, json };
      yield { ...answer, ...(whole && { value: whole }) } as ClusterAnswer<WholeText>;
    }
  };

const fill = (store: Store, objects: readonly KubeObject[]): void => {
  store.apply(prod, pods, objects.map(updated));
  store.setFreshness({ cluster: prod, resource: pods }, "live");
};

const textOf = ({ value }: ClusterAnswer<ObjectList | WatchedList | WholeText>): string =>
  value !== undefined && "json" in value ? value.json.toString() : JSON.stringify(value);

/** What has been begun goes on as far as it can without time. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function only<T>(answers: AsyncIterable<ClusterAnswer<T>>): Promise<ClusterAnswer<T>> {
  const [answer, ...others] = await Array.fromAsync(answers);
  assert.deepEqual(others, []);
  if (answer === undefined) throw new Error("there was no answer");
  return answer;
}

describe("a reader of the store", () => {
  it("tells at once why a cluster that is known not to answer has nothing, and waits for it only when told to", async () => {
    const away = new HeddleError("no answer", { code: "HEDDLE_CLUSTER_TIMEOUT", retryable: true });
    const { reader, lister, asked } = setUp("Failed", away);
    const query = { kind: "pods", clusters: [prod] };
    for (const answers of [reader.list(query, signal), lister(query, signal)])
      assert.deepEqual(await only<unknown>(answers), { cluster: prod, ok: false, error: away });
    assert.deepEqual(asked, []);
    await only(reader.list({ ...query, live: true }, signal));
    assert.equal(asked.length, 1);
  });

  it("waits for a first list that makes progress, instead of listing everything a second time", async () => {
    const { store, reader, clock, asked } = setUp();
    store.apply(prod, pods, [updated(pod("a"))]);
    const answers = only(reader.list({ kind: "pods", clusters: [prod] }, signal));
    await turn();
    clock.advance(1_500);
    store.apply(prod, pods, [updated(pod("b"))]);
    clock.advance(1_500);
    store.setFreshness({ cluster: prod, resource: pods }, "live");
    const names = (await answers).value?.objects.map(({ metadata }) => metadata.name);
    assert.deepEqual([names, asked], [["a", "b"], []]);
  });

  it("asks the cluster when a first list stands still, and at once for a part of it", async () => {
    const { store, reader, clock, asked } = setUp("Unknown");
    store.apply(prod, pods, [updated(pod("a"))]);
    const connecting = (): void => clock.advance(1_500);
    const part = only(reader.list({ kind: "pods", clusters: [prod], namespace: "web" }, signal));
    await turn();
    connecting();
    await part;
    assert.equal(asked.length, 1);
    const everything = only(reader.list({ kind: "pods", clusters: [prod] }, signal));
    await turn();
    connecting();
    await turn();
    clock.advance(2_000);
    await everything;
    assert.equal(asked.length, 2);
  });

  it("gives no value of a Secret that the store does not hold yet, unless it is asked for live", async () => {
    const { reader, lister, served } = setUp("Unknown");
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, data: { word: "d2VmdA==" } };
    served.objects = [secret];
    const query = { kind: "secrets", clusters: [prod], namespace: "web" };
    const texts = [await only(reader.list(query, signal)), await only(lister(query, signal))].map(textOf);
    for await (const answer of reader.watch(query, signal)) texts.push(textOf(answer));
    assert.equal(texts.length, 3);
    for (const text of texts) assert.ok(text.includes("key") && !text.includes("d2VmdA=="), text);
    assert.ok(textOf(await only(reader.list({ ...query, live: true }, signal))).includes("d2VmdA=="));
  });

  it("answers for a lost cluster what was known of it, and since when, by any name of a kind", async () => {
    const { store, reader, clock } = setUp();
    fill(store, [pod("a"), pod("b")]);
    clock.advance(500);
    store.setFreshness({ cluster: prod, resource: pods }, "stale");
    for (const kind of ["po", "Pod", "pods.v1."]) {
      const answer = await only(reader.list({ kind, clusters: [prod] }, signal));
      assert.deepEqual(answer.ok && answer.freshness, { state: "stale", sinceMs: 1_500 });
      assert.deepEqual(
        answer.value?.objects.map(({ metadata }) => metadata.name),
        ["a", "b"],
      );
    }
    const served = await only(reader.resources([prod], signal));
    assert.deepEqual(served.ok && [served.value, served.freshness], [[pods], { state: "stale", sinceMs: 1_500 }]);
  });

  it("does not wait for a cluster that has just been lost", async () => {
    const { store, reader, clock } = setUp("Connected");
    fill(store, [pod("a")]);
    const asking = only(reader.list({ kind: "po", clusters: [prod] }, signal));
    while (clock.pending() === 0) await new Promise(setImmediate);
    clock.advance(2_000);
    assert.equal((await asking).value?.objects.length, 1);
  });

  it("asks the cluster for what the store cannot know", async () => {
    const { store, reader, asked } = setUp();
    fill(store, [pod("a")]);
    store.apply(prod, services, []);
    const queries = [
      { kind: "secrets" },
      { kind: "svc", namespace: "web" },
      { kind: "po", live: true },
      { kind: "po", fieldSelector: "spec.size=1" },
      { kind: "pods.v2." },
    ];
    for (const query of queries) {
      const answer = await only(reader.list({ ...query, clusters: [prod] }, signal));
      assert.deepEqual(answer.value, elsewhere, JSON.stringify(query));
    }
    assert.deepEqual(
      asked,
      queries.map((query) => ({ ...query, clusters: [prod] })),
    );
  });

  it("tells that a word means several kinds, as the cluster does", async () => {
    const { store, reader } = setUp();
    fill(store, []);
    store.setFreshness({ cluster: prod, resource: services }, "live");
    const answer = await only(reader.list({ kind: "all", clusters: [prod] }, signal));
    assert.deepEqual(!answer.ok && [answer.error.code, answer.error.details["kinds"]], [
      "HEDDLE_FLEET_SEVERAL_KINDS",
      ["pods", "services"],
    ]);
  });

  it("gives the same in text: the JSON of the objects, names and what is missing included", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(randomPod, { selector: ({ metadata }) => metadata.uid, maxLength: 30 }),
        fc.record(
          {
            names: fc.subarray(["p1", "p2", "p3", "none"]),
            labelSelector: fc.constantFrom("app=web", "!app"),
            namespace: fc.constantFrom("a", "b"),
            kind: fc.constantFrom("pods", "svc"),
          },
          { requiredKeys: ["kind"] },
        ),
        async (objects, part) => {
          const { store, reader, lister } = setUp();
          fill(store, objects);
          const query = { ...part, clusters: [prod] };
          const { value, ...answer } = await only(reader.list(query, signal));
          const { value: text, ...inText } = await only(lister(query, signal));
          assert.deepEqual(JSON.parse(text?.json.toString() ?? ""), value?.objects);
          assert.deepEqual([inText, text?.resource], [answer, value?.resource]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

type Watched = Readonly<{ told: readonly string[]; next(): Promise<string> }>;

/** Each answer as "first|then|failed names -deleted". */
function watch(reader: Reader, query: Partial<ResourceQuery> = {}): Watched {
  const answers = reader.watch({ kind: "po", clusters: [prod], ...query }, signal)[Symbol.asyncIterator]();
  const told: string[] = [];
  return {
    told,
    async next() {
      const { value } = (await answers.next()) as { value: ClusterAnswer<WatchedList> };
      told.push(value.ok ? lineOf(value.value) : `failed ${value.error.code}`);
      return told.at(-1) ?? "";
    },
  };
}

const lineOf = ({ initial, objects, deleted }: WatchedList): string =>
  [
    initial ? "first" : "then",
    ...objects.map(({ metadata }) => metadata.name),
    ...deleted.map(({ metadata }) => `-${metadata.name}`),
  ].join(" ");

const labelled = (name: string, app: string): KubeObject => pod(name, { metadata: { labels: { app } } });

describe("a watch of the store", () => {
  it("tells an object that begins to match, and one that stops matching as deleted", async () => {
    const { store, reader } = setUp();
    fill(store, [labelled("a", "web"), labelled("b", "other")]);
    const watched = watch(reader, { labelSelector: "app=web" });
    assert.equal(await watched.next(), "first a");
    store.apply(prod, pods, [updated(labelled("b", "other")), updated(labelled("a", "other"))]);
    assert.equal(await watched.next(), "then -a");
    store.apply(prod, pods, [deleted(pod("a")), updated(labelled("b", "web"))]);
    assert.equal(await watched.next(), "then b");
    store.apply(prod, pods, [deleted(pod("b"))]);
    assert.equal(await watched.next(), "then -b");
  });

  it("gives a slow consumer the latest state of each object once, and what came and went as gone", async () => {
    const { store, reader } = setUp();
    fill(store, [pod("a"), pod("b")]);
    const watched = watch(reader);
    await watched.next();
    const idle = watched.next();
    store.apply(prod, pods, [updated(pod("a"))]);
    await idle;
    for (let round = 0; round < 1_000; round++)
      store.apply(prod, pods, [updated(pod("a", { status: { phase: `${round}` } })), updated(pod("c"))]);
    store.apply(prod, pods, [deleted(pod("c")), deleted(pod("b"))]);
    const rest = await watched.next();
    // What fits in between is handed on at once; nothing of it is told twice.
    const all = rest.includes("-b") ? rest : `${rest} ${await watched.next()}`;
    assert.ok(all.split(" ").length <= 8, all);
    for (const part of ["a", "-b", "-c"]) assert.ok(all.split(" ").includes(part), all);
  });

  it("tells an object that was made anew under its name first as deleted, then as it is", async () => {
    const { store, reader } = setUp();
    fill(store, [pod("a")]);
    const watched = watch(reader);
    await watched.next();
    const next = watched.next();
    store.apply(prod, pods, [deleted(pod("a")), updated(pod("a", { metadata: { uid: "new" } }))]);
    assert.deepEqual([await next, await watched.next()], ["then -a", "then a"]);
  });

  it("says that it is not current, and goes on", async () => {
    const { store, reader } = setUp();
    fill(store, [pod("a")]);
    const watched = watch(reader);
    await watched.next();
    store.setFreshness({ cluster: prod, resource: pods }, "stale");
    assert.equal(await watched.next(), "failed HEDDLE_INVENTORY_NOT_CURRENT");
    store.setFreshness({ cluster: prod, resource: pods }, "live");
    store.apply(prod, pods, [updated(pod("b"))]);
    assert.equal(await watched.next(), "then b");
  });

  it("goes on at the cluster when the store drops the kind", async () => {
    const { store, reader } = setUp();
    fill(store, [pod("a")]);
    const watched = watch(reader);
    await watched.next();
    store.dropCluster(prod);
    assert.equal(await watched.next(), "first from-the-cluster");
  });
});
