import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { type JsonObject, objectAt, stringAt } from "../../model/index.ts";
import { createObjects } from "./objects.ts";
import { type Answer, createScriptedApi, nodes, pods } from "./testing/scripted-api.ts";

const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "a" } };
const target = { namespace: "a", name: "p" };

function start(...answers: readonly Answer[]) {
  const { api, asked } = createScriptedApi(...answers);
  return { asked, objects: createObjects({ api }) };
}

const notFound = (details: JsonObject): HeddleError =>
  new HeddleError("not found", { code: "HEDDLE_CLUSTER_NOT_FOUND", details: { status: { kind: "Status", details } } });

describe("create", () => {
  it("posts to the collection, with the type that the object lacks and every option", async () => {
    const { objects, asked } = start(pod);
    await objects.create(
      pods,
      { metadata: { generateName: "p-", namespace: "a" } },
      { dryRun: true, fieldManager: "me", fieldValidation: "Strict" },
    );
    assert.deepEqual(asked[0], {
      method: "POST",
      path: "/api/v1/namespaces/a/pods",
      query: { dryRun: "All", fieldManager: "me", fieldValidation: "Strict" },
      body: { apiVersion: "v1", kind: "Pod", metadata: { generateName: "p-", namespace: "a" } },
      signal: undefined,
    });
  });

  it("takes the namespace that it is given, else the object's", async () => {
    const { objects, asked } = start(pod, pod);
    await objects.create(pods, { metadata: { name: "p" } }, { namespace: "b" });
    await objects.create(pods, { metadata: { name: "p", namespace: "c" } });
    assert.deepEqual(
      asked.map(({ path }) => path),
      ["/api/v1/namespaces/b/pods", "/api/v1/namespaces/c/pods"],
    );
  });

  it("posts to a subresource with that one's type, and names the answer where it has no name", async () => {
    const { objects, asked } = start({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
    const answer = await objects.create(pods, { metadata: { name: "p", namespace: "a" } }, { subresource: "eviction" });
    assert.equal(asked[0]?.path, "/api/v1/namespaces/a/pods/p/eviction");
    assert.equal(stringAt(asked[0]?.body, "apiVersion"), "policy/v1");
    assert.deepEqual([answer.kind, answer.metadata.name], ["Status", "p"]);
  });
});

describe("patch", () => {
  for (const [type, contentType] of [
    ["merge", "application/merge-patch+json"],
    ["strategic", "application/strategic-merge-patch+json"],
  ] as const) {
    it(`of type ${type} is sent as ${contentType}`, async () => {
      const { objects, asked } = start(pod);
      await objects.patch(pods, { ...target, subresource: "status" }, { type, patch: { x: null } });
      const { method, path, contentType: sent, body, query } = asked[0] ?? assert.fail();
      assert.deepEqual(
        [method, path, sent, body],
        ["PATCH", "/api/v1/namespaces/a/pods/p/status", contentType, { x: null }],
      );
      assert.equal(query?.["force"], undefined);
    });
  }

  it("of type json is sent as a list of operations", async () => {
    const { objects, asked } = start(pod);
    const patch = [{ op: "remove", path: "/x" }];
    await objects.patch(pods, target, { type: "json", patch });
    assert.deepEqual([asked[0]?.contentType, asked[0]?.body], ["application/json-patch+json", patch]);
  });

  it("of type apply carries manager, force and the object's type", async () => {
    const { objects, asked } = start(pod);
    await objects.patch(pods, target, {
      type: "apply",
      patch: { metadata: { name: "p" } },
      fieldManager: "me",
      force: true,
    });
    assert.equal(asked[0]?.contentType, "application/apply-patch+yaml");
    assert.deepEqual(asked[0]?.query, {
      dryRun: undefined,
      fieldManager: "me",
      fieldValidation: undefined,
      force: true,
    });
    assert.deepEqual(asked[0]?.body, { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } });
  });

  it("of type apply is refused without a field manager", async () => {
    const { objects, asked } = start();
    await assert.rejects(objects.patch(pods, target, { type: "apply", patch: {} }), /needs a fieldManager/);
    assert.deepEqual(asked, []);
  });
});

describe("delete", () => {
  it("carries its options in the body", async () => {
    const { objects, asked } = start(pod);
    await objects.delete(pods, target, {
      propagation: "Foreground",
      gracePeriodSeconds: 0,
      preconditions: { uid: "u" },
      dryRun: true,
    });
    assert.deepEqual(asked[0]?.body, {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Foreground",
      gracePeriodSeconds: 0,
      preconditions: { uid: "u" },
      dryRun: ["All"],
    });
  });

  it("succeeds with undefined when this object is already gone, and only then", async () => {
    assert.equal(await start(notFound({ name: "p", kind: "pods" })).objects.delete(pods, target), undefined);
    for (const other of [
      notFound({}),
      notFound({ name: "q" }),
      new HeddleError("x", { code: "HEDDLE_CLUSTER_NOT_FOUND" }),
    ]) {
      await assert.rejects(start(other).objects.delete(pods, target), other);
    }
  });

  it("deletes what the selectors choose", async () => {
    const { objects, asked } = start({ kind: "PodList" }, { kind: "Status" });
    await objects.deleteCollection(pods, { namespace: "a", labelSelector: "x=y" }, { propagation: "Background" });
    await objects.deleteCollection(nodes, {});
    assert.deepEqual(
      asked.map(({ method, path }) => `${method} ${path}`),
      ["DELETE /api/v1/namespaces/a/pods", "DELETE /api/v1/nodes"],
    );
    assert.deepEqual(asked[0]?.query, { labelSelector: "x=y", fieldSelector: undefined });
  });
});

describe("reviews", () => {
  it("answer whether, and why", async () => {
    const { objects, asked } = start(
      { status: { allowed: true, reason: "RBAC: allowed by x" } },
      { status: { allowed: false, evaluationError: "webhook down" } },
      { status: {} },
    );
    const question = { verb: "list", group: "apps", resource: "deployments", namespace: "a" };
    assert.deepEqual(await objects.reviewAccess(question), { allowed: true, reason: "RBAC: allowed by x" });
    assert.deepEqual(await objects.reviewAccess(question), { allowed: false, reason: "webhook down" });
    assert.deepEqual(await objects.reviewAccess(question), { allowed: false, reason: "" });
    assert.deepEqual(objectAt(asked[0]?.body, "spec"), { resourceAttributes: question });
  });
});

describe("an answer that is no object", () => {
  it("breaks the protocol", async () => {
    for (const answer of [{}, { kind: "Pod", apiVersion: "v1" }, { kind: "Pod", metadata: { name: "p" } }]) {
      await assert.rejects(start(answer).objects.get(pods, target), { code: "HEDDLE_CLUSTER_PROTOCOL" });
    }
  });
});
