import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { apiVersionOf, joinApiVersion, parseClusterId, resourceName, resourcePath, splitApiVersion } from "./index.ts";

const pods = { group: "", version: "v1", plural: "pods", namespaced: true };
const deployments = { group: "apps", version: "v1", plural: "deployments", namespaced: true };
const nodes = { group: "", version: "v1", plural: "nodes", namespaced: false };

describe("resourcePath", () => {
  for (const [name, actual, expected] of [
    ["all namespaces", resourcePath(pods), "/api/v1/pods"],
    ["one namespace", resourcePath(pods, { namespace: "web" }), "/api/v1/namespaces/web/pods"],
    [
      "one object's subresource",
      resourcePath(pods, { namespace: "web", name: "a", subresource: "log" }),
      "/api/v1/namespaces/web/pods/a/log",
    ],
    [
      "a group",
      resourcePath(deployments, { namespace: "web", name: "a" }),
      "/apis/apps/v1/namespaces/web/deployments/a",
    ],
    ["no namespace for what has none", resourcePath(nodes, { namespace: "web", name: "n1" }), "/api/v1/nodes/n1"],
    ["odd names, escaped", resourcePath(nodes, { name: "a/../b" }), "/api/v1/nodes/a%2F..%2Fb"],
  ] as const) {
    it(`writes ${name}`, () => assert.equal(actual, expected));
  }

  it("names resources and versions as kubectl does", () => {
    assert.deepEqual(
      [resourceName(pods), resourceName(deployments), apiVersionOf(deployments)],
      ["pods", "deployments.apps", "apps/v1"],
    );
    assert.deepEqual(
      [splitApiVersion("v1"), splitApiVersion("apps/v1")],
      [
        { group: "", version: "v1" },
        { group: "apps", version: "v1" },
      ],
    );
    assert.equal(joinApiVersion("", "v1"), "v1");
  });
});

describe("parseClusterId", () => {
  it("takes a DNS label and refuses anything else in words", () => {
    assert.equal(parseClusterId("prod-1"), "prod-1");
    for (const bad of ["", "Prod", "-a", "a-", "a.b", "x".repeat(64)])
      assert.throws(() => parseClusterId(bad), { code: "HEDDLE_CLUSTER_ID_INVALID" });
  });
});
