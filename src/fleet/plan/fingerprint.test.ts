import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecret } from "../config/model.ts";
import { fingerprint } from "./fingerprint.ts";

describe("fingerprint", () => {
  it("is equal for equal values, whatever the order of their keys", () => {
    assert.equal(fingerprint({ a: [1, { c: 3, b: 2 }] }), fingerprint({ a: [1, { b: 2, c: 3 }] }));
    assert.equal(fingerprint([createSecret("x")]), fingerprint([createSecret("x")]));
  });

  it("differs where a value, a secret, an order of a list or a missing key does", () => {
    const values = [
      {},
      { a: 1 },
      { a: "1" },
      [1, 2],
      [2, 1],
      createSecret("x"),
      createSecret("y"),
      "x",
      { reveal: "x" },
    ];
    assert.equal(new Set(values.map(fingerprint)).size, values.length);
  });

  it("tells nothing of what it is made of", () => {
    assert.match(fingerprint(createSecret("hunter2")), /^[\w-]{43}$/);
    assert.doesNotMatch(fingerprint(createSecret("hunter2")), /hunter/);
  });
});
