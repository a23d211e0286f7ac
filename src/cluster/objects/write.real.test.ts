import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JsonObject, type JsonValue, type KubeObject, listAt, stringAt } from "../../model/index.ts";
import { failureOf } from "../testing/failure-of.ts";
import { resourceOf } from "./testing/real-cluster.ts";
import { causesOf, configMap, dataOf, deployment, type Parts, runParts } from "./testing/real-parts.ts";

describe("the verbs that write, on a real API server", () => {
  it("do what the API says", (t) => runParts(t, parts));
});

const parts: Parts = {
  async "create, get and replace, where the first writer wins"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const made = await objects.create(configMaps, configMap(namespace, "a", { x: "1" }));
    assert.deepEqual([made.apiVersion, made.kind, made.metadata.name], ["v1", "ConfigMap", "a"]);
    const read = await objects.get(configMaps, { namespace, name: "a" });
    assert.deepEqual(read, made);
    const second = await objects.replace(configMaps, { ...read, data: { x: "2" } });
    assert.deepEqual(dataOf(second), { x: "2" });
    const late = await failureOf(objects.replace(configMaps, { ...read, data: { x: "3" } }));
    assert.equal(late.code, "HEDDLE_CLUSTER_CONFLICT");
    const again = await failureOf(objects.create(configMaps, configMap(namespace, "a")));
    assert.equal(again.code, "HEDDLE_CLUSTER_CONFLICT");
    assert.equal(stringAt(again.details["status"] as JsonValue, "reason"), "AlreadyExists");
    const missing = await failureOf(objects.get(configMaps, { namespace, name: "none" }));
    assert.equal(missing.code, "HEDDLE_CLUSTER_NOT_FOUND");
    assert.match(missing.message, /configmaps "none" not found/);
  },

  async "names are made by the server where only a beginning is given"({ cluster: { objects }, cluster, namespace }) {
    const made = await objects.create(await resourceOf(cluster, "cm"), {
      metadata: { generateName: "gen-", namespace },
    });
    assert.match(made.metadata.name, /^gen-.{5}$/);
  },

  async "cluster-wide kinds need no namespace and ignore one"({ cluster: { objects }, cluster }) {
    const namespaces = await resourceOf(cluster, "ns");
    assert.equal((await objects.get(namespaces, { name: "default" })).kind, "Namespace");
    assert.equal(
      (await objects.get(namespaces, { namespace: "kube-system", name: "default" })).metadata.name,
      "default",
    );
  },

  async "merge, JSON and strategic patches"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "patched" };
    await objects.create(configMaps, configMap(namespace, "patched", { x: "1", y: "1" }));
    const merged = await objects.patch(configMaps, target, { type: "merge", patch: { data: { x: null, z: "1" } } });
    assert.deepEqual(dataOf(merged), { y: "1", z: "1" });
    const edits = [
      { op: "test", path: "/data/y", value: "1" },
      { op: "replace", path: "/data/y", value: "2" },
    ];
    assert.deepEqual(dataOf(await objects.patch(configMaps, target, { type: "json", patch: edits })), {
      y: "2",
      z: "1",
    });
    const failed = await failureOf(objects.patch(configMaps, target, { type: "json", patch: edits }));
    assert.equal(failed.code, "HEDDLE_CLUSTER_INVALID", "the test operation no longer holds");

    const deployments = await resourceOf(cluster, "deploy");
    await objects.create(deployments, deployment(namespace, "patched"));
    const containers = [{ name: "two", image: "zwei" }];
    const patch = { spec: { template: { spec: { containers } } } };
    const strategic = await objects.patch(deployments, target, { type: "strategic", patch });
    assert.deepEqual(imagesOf(strategic).toSorted(), ["one", "zwei"], "the other container stays");
  },

  async "server-side apply: creates, conflicts with causes, and takes over by force"({
    cluster: { objects },
    cluster,
    namespace,
  }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "applied" };
    const apply = (fieldManager: string, data: JsonObject, force = false): Promise<KubeObject> =>
      objects.patch(configMaps, target, {
        type: "apply",
        patch: configMap(namespace, "applied", data),
        fieldManager,
        force,
      });
    assert.deepEqual(dataOf(await apply("one", { a: "1", b: "1" })), { a: "1", b: "1" });
    const conflict = await failureOf(apply("two", { a: "2", b: "2" }));
    assert.equal(conflict.code, "HEDDLE_CLUSTER_CONFLICT");
    assert.deepEqual(
      causesOf(conflict).map((cause) => [stringAt(cause, "reason"), stringAt(cause, "field")]),
      [
        ["FieldManagerConflict", ".data.a"],
        ["FieldManagerConflict", ".data.b"],
      ],
    );
    assert.match(conflict.message, /conflict.* with "one"/i);
    assert.deepEqual(dataOf(await apply("two", { a: "2" }, true)), { a: "2", b: "1" });
    assert.deepEqual(dataOf(await apply("one", { b: "1" })), { a: "2", b: "1" });
    assert.deepEqual(dataOf(await apply("one", {})), { a: "2" }, "what its owner no longer applies goes");
  },

  async "dry runs change nothing"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "kept" };
    const kept = await objects.create(configMaps, configMap(namespace, "kept", { x: "1" }));
    const dryRun = true;
    const change = { data: { x: "2" } };
    const answers = [
      await objects.create(configMaps, configMap(namespace, "never", { x: "2" }), { dryRun }),
      await objects.replace(configMaps, { ...kept, ...change }, { dryRun }),
      await objects.patch(configMaps, target, { type: "merge", patch: change, dryRun }),
      await objects.patch(configMaps, target, {
        type: "apply",
        patch: change,
        fieldManager: "dry",
        force: true,
        dryRun,
      }),
    ];
    for (const answer of answers) assert.deepEqual(dataOf(answer), { x: "2" }, "the answer is what it would be");
    await objects.delete(configMaps, target, { dryRun });
    await objects.deleteCollection(configMaps, { namespace }, { dryRun });
    assert.deepEqual(await objects.get(configMaps, target), kept);
    assert.equal(await objects.delete(configMaps, { namespace, name: "never" }), undefined);
  },

  async "what the schema refuses is told with every cause"({ cluster: { objects }, cluster, namespace }) {
    const service = {
      metadata: { namespace, name: "Bad_Name" },
      spec: { ports: [{ port: 0 }, { port: 70_000, name: "UPPER" }] },
    };
    const error = await failureOf(objects.create(await resourceOf(cluster, "svc"), service));
    assert.equal(error.code, "HEDDLE_CLUSTER_INVALID");
    const fields = causesOf(error).map((cause) => stringAt(cause, "field"));
    for (const field of ["metadata.name", "spec.ports[0].port", "spec.ports[1].port", "spec.ports[0].name"])
      assert.ok(fields.includes(field), `${field} among ${fields.join(", ")}`);
  },

  async "unknown fields are refused where that is wanted"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const odd = { ...configMap(namespace, "odd"), dta: {} };
    const error = await failureOf(objects.create(configMaps, odd, { fieldValidation: "Strict" }));
    assert.equal(error.code, "HEDDLE_CLUSTER_BAD_REQUEST");
    assert.match(error.message, /unknown field "dta"/);
    await objects.create(configMaps, odd, { fieldValidation: "Ignore", dryRun: true });
  },

  async "delete: preconditions, propagation, and what is already gone"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "doomed" };
    const { metadata } = await objects.create(configMaps, configMap(namespace, "doomed"));
    const preconditions = (uid: string | undefined, resourceVersion?: string) => ({
      preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    });
    const other = await failureOf(
      objects.delete(configMaps, target, preconditions("00000000-0000-0000-0000-000000000000")),
    );
    assert.equal(other.code, "HEDDLE_CLUSTER_CONFLICT");
    const older = await failureOf(objects.delete(configMaps, target, preconditions(undefined, "1")));
    assert.equal(older.code, "HEDDLE_CLUSTER_CONFLICT");
    const answer = await objects.delete(configMaps, target, preconditions(metadata.uid, metadata.resourceVersion));
    assert.equal(stringAt(answer, "status"), "Success");
    assert.equal(await objects.delete(configMaps, target), undefined);
    assert.equal(await objects.delete(configMaps, { namespace: "no-such-namespace", name: "x" }), undefined);
    const loom = { ...configMaps, group: "loom.example.com", plural: "looms" };
    assert.equal(
      (await failureOf(objects.delete(loom, target))).code,
      "HEDDLE_CLUSTER_NOT_FOUND",
      "a kind that is not served",
    );

    const deployments = await resourceOf(cluster, "deploy");
    for (const [propagation, finalizer] of [
      ["Foreground", "foregroundDeletion"],
      ["Orphan", "orphan"],
    ] as const) {
      const name = propagation.toLowerCase();
      await objects.create(deployments, deployment(namespace, name));
      const waiting = await objects.delete(deployments, { namespace, name }, { propagation });
      assert.deepEqual(listAt(waiting, "metadata", "finalizers"), [finalizer]);
      assert.ok(stringAt(waiting, "metadata", "deletionTimestamp"));
    }
  },

  async "deleteCollection takes what the selectors choose and no more"({ cluster: { objects }, cluster, namespace }) {
    const secrets = await resourceOf(cluster, "secrets");
    for (const [name, app] of [
      ["s1", "x"],
      ["s2", "x"],
      ["s3", "y"],
    ] as const)
      await objects.create(secrets, { metadata: { namespace, name, labels: { app } } });
    await objects.deleteCollection(secrets, { namespace, labelSelector: "app=x" });
    const left = await objects.list(secrets, { namespace });
    assert.deepEqual(
      left.objects.map(({ metadata }) => metadata.name),
      ["s3"],
    );
    await objects.deleteCollection(secrets, { namespace });
    assert.deepEqual((await objects.list(secrets, { namespace })).objects, []);
  },
};

const imagesOf = (object: KubeObject): readonly string[] =>
  listAt(object, "spec", "template", "spec", "containers").map((container) => stringAt(container, "image") ?? "");
