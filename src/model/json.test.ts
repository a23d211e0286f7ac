import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jsonAt, listAt, numberAt, objectAt, stringAt } from "./json.ts";

const pod = { spec: { containers: [{ name: "web", ports: null }], priority: 7 } };

describe("jsonAt and its kin", () => {
  it("follow keys and indexes, and give nothing where the path leaves the object", () => {
    assert.equal(stringAt(pod, "spec", "containers", 0, "name"), "web");
    assert.equal(numberAt(pod, "spec", "priority"), 7);
    assert.equal(jsonAt(pod, "spec", "containers", 4, "name"), undefined);
    assert.equal(stringAt(pod, "spec", "priority"), undefined);
    assert.deepEqual(listAt(pod, "spec", "containers", 0, "ports"), []);
    assert.deepEqual(objectAt(pod, "status"), {});
  });
});
