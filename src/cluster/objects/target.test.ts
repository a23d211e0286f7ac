import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isHeddleError, UsageError } from "../../base/index.ts";
import { sized } from "../../../test/size.ts";
import { createObjects } from "./objects.ts";
import { collectionPath, listPath, objectPath } from "./target.ts";
import { createScriptedApi, looms, nodes, pods } from "./testing/scripted-api.ts";

describe("the path of one object", () => {
  it("lies in its namespace where the kind has them", () => {
    assert.equal(objectPath(pods, { namespace: "a", name: "b" }), "/api/v1/namespaces/a/pods/b");
    assert.equal(objectPath(nodes, { namespace: "a", name: "b" }), "/api/v1/nodes/b");
    assert.equal(
      objectPath(looms, { namespace: "a", name: "b", subresource: "scale" }),
      "/apis/loom.io/v1/namespaces/a/looms/b/scale",
    );
  });

  it("takes names as RBAC has them, and paths of a proxy", () => {
    assert.equal(objectPath(nodes, { name: "system:node:x" }), "/api/v1/nodes/system%3Anode%3Ax");
    assert.equal(objectPath(nodes, { name: "x", subresource: "proxy/metrics" }), "/api/v1/nodes/x/proxy/metrics");
  });

  for (const name of ["", ".", "..", "../x", "a/b", "%2e%2e", "a%"]) {
    it(`refuses the name ${JSON.stringify(name)}`, () =>
      assert.throws(() => objectPath(nodes, { name }), { code: "HEDDLE_CLUSTER_NAME_INVALID" }));
  }

  for (const part of ["", ".", "..", "%2e%2e"]) {
    it(`refuses the subresource ${JSON.stringify(`x/${part}`)}`, () =>
      assert.throws(() => objectPath(nodes, { name: "n", subresource: `x/${part}` }), {
        code: "HEDDLE_CLUSTER_NAME_INVALID",
      }));
  }

  for (const namespace of ["", "..", "../x", "a/b", "A", "-a", "a b"]) {
    it(`refuses the namespace ${JSON.stringify(namespace)}`, () => {
      const refused = { code: "HEDDLE_CLUSTER_NAME_INVALID" };
      assert.throws(() => objectPath(pods, { namespace, name: "a" }), refused);
      assert.throws(() => collectionPath(pods, namespace), refused);
      assert.throws(() => listPath(pods, namespace), refused);
    });
  }

  it("is not known without a namespace", () => {
    assert.throws(() => objectPath(pods, { name: "a" }), { code: "HEDDLE_CLUSTER_NAMESPACE_MISSING" });
    assert.throws(() => collectionPath(pods, undefined), /pods live in namespaces: say which one/);
    assert.equal(listPath(pods, undefined), "/api/v1/pods");
  });
});

describe("whatever name is given", () => {
  it("the request goes to that object or nowhere", async () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("", ".", "..", "../x", "a", "a?b", "a#b", "a/../b", "ä"));
    await fc.assert(
      fc.asyncProperty(text, text, async (namespace, name) => {
        const { api, asked } = createScriptedApi({ apiVersion: "v1", kind: "Pod", metadata: { name } });
        const error = await createObjects({ api })
          .delete(pods, { namespace, name })
          .then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
        if (error !== undefined) {
          assert.ok(error instanceof UsageError);
          assert.deepEqual(asked, []);
          return;
        }
        const url = new URL(asked[0]?.path ?? "", "https://a");
        assert.deepEqual(url.pathname.split("/").map(decodeURIComponent), [
          "",
          "api",
          "v1",
          "namespaces",
          namespace,
          "pods",
          name,
        ]);
        assert.equal(url.search + url.hash, "");
      }),
      { numRuns: sized({ small: 300, full: 10_000 }) },
    );
  });

  it("no verb asks for a collection in place of an object", async () => {
    const { api, asked } = createScriptedApi();
    const objects = createObjects({ api });
    const target = { namespace: "a", name: "" };
    const object = { apiVersion: "v1", kind: "Pod", metadata: target };
    const outcomes = await Promise.allSettled([
      objects.get(pods, target),
      objects.replace(pods, object),
      objects.patch(pods, target, { type: "merge", patch: {} }),
      objects.delete(pods, target),
      objects.evict(target),
      objects.create(pods, {}, { ...target, subresource: "eviction" }),
      objects.create(pods, {}, { namespace: "a", name: "b" }),
      objects.create(pods, {}),
      objects.deleteCollection(pods, {}),
      objects.deleteCollection(pods, { namespace: "a", labelSelector: "" }),
      objects.deleteCollection(pods, { namespace: "" }),
      objects.reviewRules(""),
      objects.list(pods, { namespace: "" }),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === "rejected" && isHeddleError(outcome.reason)),
      outcomes.map(() => true),
    );
    assert.deepEqual(asked, []);
  });
});
