import assert from "node:assert/strict";
import { deployment } from "../../cluster/objects/testing/real-parts.ts";
import { jsonAt, type JsonObject, type JsonValue, listAt, numberAt, stringAt } from "../../model/index.ts";
import { configMap, failureOf, type Sentences, type Setting, statusOf, versionOf } from "./setting.ts";

const target = (namespace: string, name: string) => ({ namespace, name });

const post = (
  { cluster, namespace }: Setting,
  body: JsonValue,
  options: Readonly<{ contentType?: string; plural?: string }> = {},
) =>
  cluster.api.json({
    method: "POST",
    path: `/api/v1/namespaces/${namespace}/${options.plural ?? "configmaps"}`,
    body,
    ...(options.contentType ? { contentType: options.contentType } : {}),
  });

export const writeSentences: Sentences = {
  async "a new object gets uid, creation time and resourceVersion, and is read back as it was answered"({
    cluster,
    namespace,
    resource,
  }) {
    const made = await cluster.objects.create(await resource("cm"), configMap(namespace, "a", { data: { x: "1" } }));
    assert.deepEqual(
      [made.apiVersion, made.kind, made.metadata.name, jsonAt(made["data"], "x")],
      ["v1", "ConfigMap", "a", "1"],
    );
    assert.match(made.metadata.uid ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(made.metadata.creationTimestamp ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(versionOf(made), /^\d+$/);
    assert.deepEqual(await cluster.objects.get(await resource("cm"), target(namespace, "a")), made);
  },

  async "a name that is taken is refused: 409 AlreadyExists"({ cluster, namespace, resource }) {
    await cluster.objects.create(await resource("cm"), configMap(namespace, "a"));
    const again = statusOf(cluster.objects.create(await resource("cm"), configMap(namespace, "a")));
    assert.deepEqual(await again, [409, "AlreadyExists", 'configmaps "a" already exists']);
  },

  async "a name is made from generateName"({ cluster, namespace, resource }) {
    const made = await cluster.objects.create(await resource("cm"), { metadata: { generateName: "gen-", namespace } });
    assert.match(made.metadata.name, /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  },

  async "no name and a bad name are invalid: 422 with the field"(setting) {
    const { cluster, namespace, resource } = setting;
    const [code, reason] = await statusOf(post(setting, { metadata: {} }));
    assert.deepEqual([code, reason], [422, "Invalid"]);
    const bad = await failureOf(cluster.objects.create(await resource("cm"), configMap(namespace, "Bad_Name")));
    const causes = listAt(bad.details["status"] as JsonValue, "details", "causes");
    assert.deepEqual(
      causes.map((cause) => [stringAt(cause, "reason"), stringAt(cause, "field")]),
      [["FieldValueInvalid", "metadata.name"]],
    );
    assert.match(
      bad.message,
      /ConfigMap "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/,
    );
  },

  async "a namespace that is not there is not found: 404"({ cluster, resource }) {
    const nowhere = statusOf(cluster.objects.create(await resource("cm"), configMap("nowhere-at-all", "a")));
    assert.deepEqual(await nowhere, [404, "NotFound", 'namespaces "nowhere-at-all" not found']);
  },

  async "another namespace in the body than on the path is refused: 400"(setting) {
    const [code, reason, message] = await statusOf(post(setting, { metadata: { name: "a", namespace: "default" } }));
    assert.deepEqual([code, reason], [400, "BadRequest"]);
    assert.equal(message, "the namespace of the provided object does not match the namespace sent on the request");
  },

  async "another kind in the body than on the path is refused: 400"(setting) {
    const [code, reason] = await statusOf(post(setting, { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } }));
    assert.deepEqual([code, reason], [400, "BadRequest"]);
  },

  async "a body of a type that is not known is refused: 415"(setting) {
    const [code, reason] = await statusOf(post(setting, "metadata: {}", { contentType: "application/x-nothing" }));
    assert.deepEqual([code, reason], [415, "UnsupportedMediaType"]);
  },

  async "a method that means nothing there is refused: 405"({ cluster, namespace }) {
    const put = cluster.api.json({ method: "PUT", path: `/api/v1/namespaces/${namespace}/configmaps`, body: {} });
    assert.deepEqual(await statusOf(put), [
      405,
      "MethodNotAllowed",
      "the server does not allow this method on the requested resource",
    ]);
  },

  async "an object that is not there is not found, with its name and kind"({ cluster, namespace, resource }) {
    const missing = await failureOf(cluster.objects.get(await resource("deploy"), target(namespace, "none")));
    assert.match(missing.message, /deployments\.apps "none" not found/);
    assert.deepEqual(jsonAt(missing.details["status"] as JsonValue, "details"), {
      name: "none",
      group: "apps",
      kind: "deployments",
    });
  },

  async "the first writer wins: 409 Conflict for a resourceVersion that is not current"({
    cluster,
    namespace,
    resource,
  }) {
    const read = await cluster.objects.create(await resource("cm"), configMap(namespace, "a", { data: { x: "1" } }));
    const second = await cluster.objects.replace(await resource("cm"), { ...read, data: { x: "2" } });
    assert.notEqual(versionOf(second), versionOf(read));
    const [code, reason, message] = await statusOf(
      cluster.objects.replace(await resource("cm"), { ...read, data: { x: "3" } }),
    );
    assert.deepEqual([code, reason], [409, "Conflict"]);
    assert.equal(
      message,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
  },

  async "a write that changes nothing is none: the resourceVersion stays"({ cluster, namespace, resource }) {
    const made = await cluster.objects.create(await resource("cm"), configMap(namespace, "a", { data: { x: "1" } }));
    assert.equal(versionOf(await cluster.objects.replace(await resource("cm"), made)), versionOf(made));
  },

  async "uid and creation time cannot be changed, and another uid is a conflict"({ cluster, namespace, resource }) {
    const made = await cluster.objects.create(await resource("cm"), configMap(namespace, "a"));
    const other = { ...made, metadata: { ...made.metadata, uid: "00000000-0000-4000-8000-000000000000" } };
    assert.deepEqual((await statusOf(cluster.objects.replace(await resource("cm"), other))).slice(0, 2), [
      409,
      "Conflict",
    ]);
    const moved = {
      ...made,
      data: { x: "1" },
      metadata: { ...made.metadata, creationTimestamp: "2001-01-01T00:00:00Z" },
    };
    assert.equal(
      (await cluster.objects.replace(await resource("cm"), moved)).metadata.creationTimestamp,
      made.metadata.creationTimestamp,
    );
  },

  async "merge and JSON patches change what they name, or nothing"({ cluster, namespace, resource }) {
    const configMaps = await resource("cm");
    await cluster.objects.create(configMaps, configMap(namespace, "a", { data: { x: "1", y: "1" } }));
    const merged = await cluster.objects.patch(configMaps, target(namespace, "a"), {
      type: "merge",
      patch: { data: { x: null, z: "1" } },
    });
    assert.deepEqual(merged["data"], { y: "1", z: "1" });
    const patch = [
      { op: "test", path: "/data/y", value: "1" },
      { op: "replace", path: "/data/y", value: "2" },
      { op: "add", path: "/metadata/labels", value: { "a/b": "2" } },
      { op: "replace", path: "/metadata/labels/a~1b", value: "3" },
      { op: "remove", path: "/data/z" },
    ];
    const patched = await cluster.objects.patch(configMaps, target(namespace, "a"), { type: "json", patch });
    assert.deepEqual([patched["data"], patched.metadata.labels], [{ y: "2" }, { "a/b": "3" }]);
    const failed = await statusOf(cluster.objects.patch(configMaps, target(namespace, "a"), { type: "json", patch }));
    assert.deepEqual(failed.slice(0, 2), [422, "Invalid"]);
  },

  async "a strategic patch merges lists by their key"({ cluster, namespace, resource }) {
    const deployments = await resource("deploy");
    await cluster.objects.create(deployments, deployment(namespace, "a"));
    const containers = [
      { name: "two", image: "zwei" },
      { name: "one", $patch: "delete" },
      { name: "three", image: "three" },
    ];
    const patch = { spec: { template: { spec: { containers } } } };
    const patched = await cluster.objects.patch(deployments, target(namespace, "a"), { type: "strategic", patch });
    const images = listAt(patched["spec"], "template", "spec", "containers").map((container) =>
      stringAt(container, "image"),
    );
    assert.deepEqual(images.toSorted(), ["three", "zwei"]);
  },

  async "a patch of a type that is not known is refused: 415, whether the object is there or not"(setting) {
    const { cluster, namespace, resource } = setting;
    await cluster.objects.create(await resource("cm"), configMap(namespace, "a"));
    for (const name of ["a", "b"]) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
      const patch = cluster.api.json({ method: "PATCH", path, body: {}, contentType: "application/x-nothing" });
      assert.deepEqual((await statusOf(patch)).slice(0, 2), [415, "UnsupportedMediaType"]);
    }
  },

  async "the generation counts changes of what is wanted, not of status or labels"({ cluster, namespace, resource }) {
    const deployments = await resource("deploy");
    const made = await cluster.objects.create(deployments, deployment(namespace, "a"));
    assert.equal(made.metadata.generation, 1);
    const patch = (patch: JsonObject, subresource?: string) =>
      cluster.objects.patch(
        deployments,
        { ...target(namespace, "a"), ...(subresource ? { subresource } : {}) },
        { type: "merge", patch },
      );
    assert.equal((await patch({ metadata: { labels: { a: "b" } } })).metadata.generation, 1);
    assert.equal((await patch({ spec: { paused: true } })).metadata.generation, 2);
    const status = await patch({ status: { collisionCount: 3 }, spec: { paused: false } }, "status");
    assert.deepEqual(
      [status.metadata.generation, numberAt(status["status"], "collisionCount"), jsonAt(status["spec"], "paused")],
      [2, 3, true],
    );
    const unchanged = await patch({ status: { collisionCount: 4 } });
    assert.equal(numberAt(unchanged["status"], "collisionCount"), 3, "status is written below /status only");
  },

  async "replicas are read and written below /scale"({ cluster, namespace, resource }) {
    const deployments = await resource("deploy");
    await cluster.objects.create(deployments, deployment(namespace, "a"));
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/a/scale`;
    const scale = await cluster.api.json({ path });
    assert.deepEqual(
      [scale["kind"], scale["apiVersion"], jsonAt(scale, "status", "selector")],
      ["Scale", "autoscaling/v1", "app=a"],
    );
    const { metadata } = scale as { metadata: JsonObject };
    const body = { ...scale, metadata: { name: metadata["name"] ?? "", namespace }, spec: { replicas: 2 } };
    await cluster.api.json({ method: "PUT", path, body });
    assert.equal(numberAt((await cluster.objects.get(deployments, target(namespace, "a")))["spec"], "replicas"), 2);
  },

  async "replicas are patched below /scale by JSON, merge and strategic patches, and whatever else is refused"({
    cluster,
    namespace,
    resource,
  }) {
    const deployments = await resource("deploy");
    const made = await cluster.objects.create(deployments, deployment(namespace, "a"));
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/a/scale`;
    const patch = (type: string, body: JsonValue): Promise<JsonObject> =>
      cluster.api.json({ method: "PATCH", path, body, contentType: `application/${type}` });
    const replicasAfter = async (type: string, body: JsonValue): Promise<readonly (number | undefined)[]> => {
      const told = await patch(`${type}+json`, body);
      const { spec } = await cluster.objects.get(deployments, target(namespace, "a"));
      return [numberAt(told, "spec", "replicas"), numberAt(spec, "replicas")];
    };
    const replace = (value: JsonValue): JsonObject => ({ op: "replace", path: "/spec/replicas", value });
    assert.deepEqual(await replicasAfter("merge-patch", { spec: { replicas: 2 } }), [2, 2]);
    assert.deepEqual(await replicasAfter("json-patch", [replace(3)]), [3, 3]);
    assert.deepEqual(await replicasAfter("strategic-merge-patch", { spec: { replicas: 4 } }), [4, 4]);
    assert.deepEqual(
      await replicasAfter("merge-patch", { status: { replicas: 9 } }),
      [4, 4],
      "nothing else is written",
    );
    const refused = async (type: string, body: JsonValue): Promise<readonly (JsonValue | undefined)[]> =>
      (await statusOf(patch(type, body))).slice(0, 2);
    assert.deepEqual(await refused("json", { spec: { replicas: 5 } }), [415, "UnsupportedMediaType"]);
    assert.deepEqual(await refused("merge-patch+json", [replace(5)]), [400, "BadRequest"]);
    assert.deepEqual(await refused("json-patch+json", { spec: { replicas: 5 } }), [400, "BadRequest"]);
    const failing = [{ op: "test", path: "/spec/replicas", value: 1 }, replace(5)];
    assert.deepEqual(await refused("json-patch+json", failing), [422, "Invalid"]);
    assert.deepEqual(await refused("merge-patch+json", { spec: { replicas: -1 } }), [422, "Invalid"]);
    assert.deepEqual(await refused("merge-patch+json", { spec: { replicas: "five" } }), [422, "Invalid"]);
    const outdated = { metadata: { resourceVersion: versionOf(made) }, spec: { replicas: 5 } };
    assert.deepEqual(await refused("merge-patch+json", outdated), [409, "Conflict"]);
    const { spec } = await cluster.objects.get(deployments, target(namespace, "a"));
    assert.deepEqual(spec, { ...(made["spec"] as JsonObject), replicas: 4 });
  },

  async "a dry run answers what would be, and changes nothing"({ cluster, namespace, resource }) {
    const configMaps = await resource("cm");
    const kept = await cluster.objects.create(configMaps, configMap(namespace, "a", { data: { x: "1" } }));
    const answer = await cluster.objects.replace(configMaps, { ...kept, data: { x: "2" } }, { dryRun: true });
    assert.deepEqual(answer["data"], { x: "2" });
    await cluster.objects.create(configMaps, configMap(namespace, "never"), { dryRun: true });
    assert.deepEqual(await cluster.objects.get(configMaps, target(namespace, "a")), kept);
    assert.equal(
      (await failureOf(cluster.objects.get(configMaps, target(namespace, "never")))).code,
      "HEDDLE_CLUSTER_NOT_FOUND",
    );
  },

  async "stringData of a Secret becomes its data"({ cluster, namespace, resource }) {
    const made = await cluster.objects.create(
      await resource("secrets"),
      configMap(namespace, "a", { stringData: { word: "weft" } }),
    );
    assert.deepEqual(
      [made["type"], made["data"], made["stringData"]],
      ["Opaque", { word: Buffer.from("weft").toString("base64") }, undefined],
    );
  },
};
