import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { type Change, type KubeObject, parseClusterId } from "../model/index.ts";
import { ownersOfField } from "./ingest/field-owners.ts";
import { type AppliedChanges } from "./model.ts";
import { createStore } from "./store.ts";
import { resourceOf } from "./testing/resources.ts";

const [prod, test] = [parseClusterId("prod"), parseClusterId("test")];
const pods = resourceOf("v1", "Pod");
const nodes = resourceOf("v1", "Node");
const pod = (name: string, uid: string, rest: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "web", uid },
  ...rest,
});
const created = (object: KubeObject): Change => ({ type: "created", object });
const deleted = (object: KubeObject): Change => ({ type: "deleted", object, finalState: "known" });
const nameOf = (name: string) => ({ cluster: prod, group: "", kind: "Pod", namespace: "web", name });

describe("the store", () => {
  it("gives an object back by name and by uid, equal to what was applied but for managedFields", () => {
    const store = createStore({ clock: createManualClock() });
    const given = pod("a", "1", { spec: { note: "grüße 🙂", list: [1, 2.5, null, { deep: [] }] } });
    const managedFields = [{ manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": { "f:note": {} } } }];
    store.apply(prod, pods, [created({ ...given, metadata: { ...given.metadata, managedFields } })]);
    const stored = store.get(nameOf("a"));
    assert.deepEqual(stored?.object(), given);
    assert.deepEqual(stored?.ref, {
      cluster: prod,
      group: "",
      version: "v1",
      kind: "Pod",
      namespace: "web",
      name: "a",
      uid: "1",
    });
    assert.deepEqual(store.getByUid(prod, "1")?.object(), given);
    assert.equal(store.getByUid(test, "1"), undefined);
    const owners = ownersOfField(store.fieldDigest(nameOf("a")), ["spec", "note"]);
    assert.deepEqual(
      owners.map(({ manager }) => manager),
      ["kubectl"],
    );
    assert.equal(store.fieldDigest(nameOf("none")), "");
  });

  it("takes the last of several changes, and an object made anew under its name for the new one", () => {
    const store = createStore({ clock: createManualClock() });
    store.apply(prod, pods, [created(pod("a", "1")), created(pod("b", "2")), deleted(pod("b", "2"))]);
    store.apply(prod, pods, [created(pod("a", "3"))]);
    assert.equal(store.get(nameOf("a"))?.ref.uid, "3");
    assert.equal(store.getByUid(prod, "1"), undefined);
    assert.equal(store.get(nameOf("b")), undefined);
  });

  it("does not let the late delete of an old object take away the new one", () => {
    const store = createStore({ clock: createManualClock() });
    const told: AppliedChanges[] = [];
    store.apply(prod, pods, [created(pod("a", "2"))]);
    store.subscribe((applied) => told.push(applied));
    store.apply(prod, pods, [deleted(pod("a", "1"))]);
    assert.equal(store.get(nameOf("a"))?.ref.uid, "2");
    assert.deepEqual(told, []);
  });

  it("tells listeners what was applied, after it was, with a revision that only grows, until they leave", () => {
    const store = createStore({ clock: createManualClock() });
    const told: (readonly [number, number, boolean])[] = [];
    const leave = store.subscribe(({ changes, revision }) =>
      told.push([changes.length, revision, store.get(nameOf("a")) !== undefined]),
    );
    store.apply(prod, pods, [created(pod("a", "1")), created(pod("b", "2"))]);
    store.apply(prod, pods, [deleted(pod("a", "1"))]);
    leave();
    store.apply(prod, pods, [created(pod("c", "3"))]);
    assert.deepEqual(told, [
      [2, 2, true],
      [1, 3, false],
    ]);
    assert.equal(store.revision(), 4);
  });

  it("answers for each cluster with the worst freshness of the kinds asked, and since when", async () => {
    const clock = createManualClock(1_000);
    const store = createStore({ clock });
    store.setFreshness({ cluster: prod, resource: pods }, "catching-up");
    clock.advance(500);
    store.setFreshness({ cluster: prod, resource: nodes }, "catching-up");
    store.setFreshness({ cluster: test, resource: pods }, "live");
    const asked = async (kind?: string): Promise<unknown> =>
      (await store.query(kind === undefined ? {} : { kinds: [{ group: "", kind }] })).freshness;
    const catchingUp = { cluster: prod, freshness: { state: "catching-up", sinceMs: 1_000 } };
    assert.deepEqual(await asked(), [catchingUp, { cluster: test, freshness: { state: "live" } }]);
    clock.advance(500);
    store.setFreshness({ cluster: prod, resource: pods }, "catching-up");
    assert.deepEqual(
      await asked("Pod"),
      [catchingUp, { cluster: test, freshness: { state: "live" } }],
      "since the first",
    );
    store.setFreshness({ cluster: prod, resource: pods }, "stale");
    store.setFreshness({ cluster: prod, resource: nodes }, "live");
    assert.deepEqual(await asked("Node"), [{ cluster: prod, freshness: { state: "live" } }]);
    assert.deepEqual((await store.query({ clusters: [prod] })).freshness, [
      { cluster: prod, freshness: { state: "stale", sinceMs: 2_000 } },
    ]);
  });

  it("forgets a kind and a cluster whole, and leaves the others", async () => {
    const store = createStore({ clock: createManualClock() });
    const node: KubeObject = { apiVersion: "v1", kind: "Node", metadata: { name: "n1", uid: "9" } };
    for (const cluster of [prod, test]) {
      store.apply(cluster, pods, [created(pod("a", "1"))]);
      store.apply(cluster, nodes, [created(node)]);
    }
    store.dropKind(prod, pods);
    store.dropCluster(test);
    assert.deepEqual(
      (await store.query({})).objects.map(({ ref }) => `${ref.cluster} ${ref.kind}`),
      ["prod Node"],
    );
    assert.deepEqual(
      store.stats().map(({ cluster, resource, objects }) => [cluster, resource.kind, objects]),
      [[prod, "Node", 1]],
    );
  });

  it("counts objects and bytes for each cluster and kind", () => {
    const store = createStore({ clock: createManualClock() });
    store.apply(prod, pods, [created(pod("a", "1")), created(pod("b", "2"))]);
    const [stats] = store.stats();
    assert.equal(stats?.objects, 2);
    assert.equal(stats?.textBytes, JSON.stringify(pod("a", "1")).length * 2);
    assert.ok((stats?.heldBytes ?? 0) > 0);
  });

  it("takes again what it was asked to keep: texts, who set what, and how long ago that was", async () => {
    const clock = createManualClock(10_000);
    const before = createStore({ clock });
    const managedFields = [{ manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": { "f:x": {} } } }];
    const given = pod("a", "1", { spec: { x: "é" } });
    before.apply(prod, pods, [created({ ...given, metadata: { ...given.metadata, managedFields } })]);
    const writer = before.keeping(prod, pods);
    for (const name of ["a", "b"]) writer.add({ namespace: "web", name });
    const { bytes, entries } = writer.block();
    assert.equal(entries, 2);
    const store = createStore({ clock });
    const told: AppliedChanges[] = [];
    store.subscribe((applied) => told.push(applied));
    const objects = store.restoring(pods)({ section: 0, bytes });
    assert.deepEqual(
      objects.map(({ uid, namespace, name, resourceVersion }) => ({ uid, namespace, name, resourceVersion })),
      [{ uid: "1", namespace: "web", name: "a", resourceVersion: "" }],
    );
    store.take(prod, pods, { objects });
    assert.deepEqual(
      told.flatMap(({ changes }) => changes),
      [created(given)],
    );
    assert.equal(store.kinds(prod)[0]?.complete, false);
    store.restored({ cluster: prod, resource: pods }, 7_000);
    store.setFreshness({ cluster: prod, resource: pods }, "catching-up");
    assert.deepEqual(store.kinds(prod), [
      { resource: pods, complete: true, freshness: { state: "catching-up", sinceMs: 7_000 } },
    ]);
    assert.equal(store.fieldDigest(nameOf("a")), before.fieldDigest(nameOf("a")));
    assert.equal((await store.query({})).json.toString(), (await before.query({})).json.toString());
  });

  it("does not change what an answer holds when the objects change later", async () => {
    const store = createStore({ clock: createManualClock() });
    store.apply(prod, pods, [created(pod("a", "1"))]);
    const page = await store.query({});
    store.apply(prod, pods, [deleted(pod("a", "1")), created(pod("z", "2"))]);
    assert.equal(page.objects[0]?.object().metadata.name, "a");
  });
});
