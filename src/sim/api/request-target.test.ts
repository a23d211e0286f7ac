import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCatalogue } from "../kinds/catalogue.ts";
import { createObjectStore } from "../store/object-store.ts";
import { compareVersions } from "./discovery.ts";
import { parseTarget } from "./request-target.ts";

const catalogue = createCatalogue(createObjectStore());

const told = (path: string): string => {
  const target = parseTarget(path, catalogue);
  return target === undefined
    ? "nothing"
    : [target.resource.collection, target.namespace ?? "-", target.name ?? "-", target.subresource ?? "-"].join(" ");
};

describe("the path of a request", () => {
  for (const [path, meaning] of [
    ["/api/v1/pods", "pods - - -"],
    ["/api/v1/namespaces", "namespaces - - -"],
    ["/api/v1/namespaces/shop", "namespaces - shop -"],
    ["/api/v1/namespaces/shop/status", "namespaces - shop status"],
    ["/api/v1/namespaces/shop/pods", "pods shop - -"],
    ["/api/v1/namespaces/shop/pods/web-1/status", "pods shop web-1 status"],
    ["/apis/apps/v1/namespaces/shop/deployments/web/scale", "deployments.apps shop web scale"],
    ["/api/v1/nodes/a%2Fb", "nodes - a/b -"],
    ["/api/v1/pods/web-1", "nothing"],
    ["/api/v1/namespaces/shop/nodes", "nothing"],
    ["/api/v1/namespaces/shop/pods/web-1/log/more", "nothing"],
    ["/apis/apps/v2/deployments", "nothing"],
    ["/elsewhere", "nothing"],
  ] as const)
    it(`${path}: ${meaning}`, () => assert.equal(told(path), meaning));

  it("stands below a preferred version that is the newest stable one", () =>
    assert.deepEqual(["v1alpha1", "v2beta1", "v1", "other", "v2", "v10", "v2beta2"].toSorted(compareVersions), [
      "v10",
      "v2",
      "v1",
      "v2beta2",
      "v2beta1",
      "v1alpha1",
      "other",
    ]));
});
