import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { verbOf } from "./request-verb.ts";

describe("a request's verb", () => {
  for (const [method, path, verb] of [
    ["GET", "/api/v1/pods", "list"],
    ["GET", "/api/v1/namespaces", "list"],
    ["GET", "/api/v1/namespaces/web", "get"],
    ["GET", "/api/v1/namespaces/web/pods", "list"],
    ["GET", "/api/v1/namespaces/web/pods/a", "get"],
    ["GET", "/api/v1/namespaces/web/pods/a/log", "get"],
    ["GET", "/api/v1/namespaces/web/pods/a/exec", "connect"],
    ["GET", "/apis/apps/v1/deployments", "list"],
    ["GET", "/apis/apps/v1/namespaces/web/deployments/a/scale", "get"],
    ["GET", "/apis/apps/v1", "get"],
    ["GET", "/readyz", "get"],
    ["GET", "/version", "get"],
    ["POST", "/api/v1/namespaces/web/pods", "create"],
    ["PUT", "/api/v1/namespaces/web/status", "update"],
    ["PATCH", "/api/v1/nodes/a", "patch"],
    ["DELETE", "/api/v1/nodes/a", "delete"],
  ] as const)
    it(`of ${method} ${path} is ${verb}`, () => assert.equal(verbOf({ method, path, watch: false }), verb));

  it("is watch where a list is watched", () => {
    assert.equal(verbOf({ path: "/api/v1/pods", watch: true }), "watch");
  });
});
