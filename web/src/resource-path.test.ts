import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { idOfPath, kindWord, parseId, resourcePath } from "./resource-path.ts";

const part = fc.string({ minLength: 1 }).filter((text) => !text.includes("/"));

describe("the address of a resource", () => {
  it("leads back to its id, whatever stands in a name", () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 4, maxLength: 5 }), (parts) => {
        const id = parts.join("/");
        assert.equal(idOfPath(resourcePath(id)), id);
      }),
    );
  });

  it("has no namespace where the kind has none", () => {
    assert.deepEqual(parseId("prod/core/Node/node-1"), {
      cluster: "prod",
      group: "core",
      kind: "Node",
      name: "node-1",
    });
    assert.equal(parseId("prod/apps/Deployment/shop/api")?.namespace, "shop");
  });

  it("is none of what has too few or too many parts, or empty ones", () => {
    for (const id of ["", "prod", "prod/core/Node", "a/b/c/d/e/f", "prod//Node/x"])
      assert.equal(parseId(id), undefined);
  });

  it("names kinds of the first group without a group", () => {
    assert.equal(kindWord("", "Pod"), "Pod");
    assert.equal(kindWord("core", "Pod"), "Pod");
    assert.equal(kindWord("apps", "Deployment"), "Deployment.apps");
  });
});
