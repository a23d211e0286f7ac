import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compare } from "./differences.ts";
import { keyOf } from "./listener.ts";

describe("differences", () => {
  it("name what is lacking, what is at another version, and what is gone", () => {
    const expected = new Map([
      ["pods a/one", "1"],
      ["pods a/two", "2"],
      ["pods a/three", "3"],
    ]);
    const actual = new Map([
      ["pods a/one", "1"],
      ["pods a/two", "1"],
      ["pods a/four", "4"],
    ]);
    assert.deepEqual(compare(expected, actual, "west: "), [
      "west: pods a/two at 1, it is at 2",
      "west: lacks pods a/three",
      "west: pods a/four is gone",
    ]);
    assert.deepEqual(compare(expected, expected, ""), []);
  });
});

describe("the key of an event's subject", () => {
  it("is the collection and the place of its object", () => {
    assert.deepEqual(["core/pods/team-1/web", "apps/deployments/team-1/web", "core/nodes/node-1"].map(keyOf), [
      "pods team-1/web",
      "deployments.apps team-1/web",
      "nodes /node-1",
    ]);
  });
});
