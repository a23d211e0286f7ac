import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { counted, countText, pluralOf } from "./count-words.ts";

describe("counts in words", () => {
  it("groups digits, and says one of one", () => {
    assert.equal(countText(100_000), "100,000");
    assert.equal(counted(1, "object"), "1 object");
    assert.equal(counted(0, "object"), "0 objects");
  });

  it("calls many of a kind by its plural", () => {
    const plurals = {
      Pod: "Pods",
      NetworkPolicy: "NetworkPolicies",
      Ingress: "Ingresses",
      StorageClass: "StorageClasses",
      Gateway: "Gateways",
      Endpoints: "Endpoints",
    };
    for (const [kind, plural] of Object.entries(plurals)) assert.equal(pluralOf(kind), plural);
  });
});
