import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { differencesOf, persistent } from "./resync.ts";

const versions = (texts: Readonly<Record<string, string>>) => new Map(Object.entries(texts));

describe("differencesOf", () => {
  it("finds what is missing, what is too much, and what is of another version", () => {
    const listed = versions({ same: "1", missing: "2", other: "3" });
    const stored = versions({ same: "1", other: "2", superfluous: "9" });
    assert.deepEqual(
      [...differencesOf(listed, stored)],
      [
        ["missing", undefined],
        ["other", "2"],
        ["superfluous", "9"],
      ],
    );
  });

  it("finds nothing where all is the same", () => {
    assert.equal(differencesOf(versions({ a: "1" }), versions({ a: "1" })).size, 0);
  });
});

describe("persistent", () => {
  it("counts what is wrong in the same way at both looks", () => {
    const first = new Map([
      ["missing", undefined],
      ["stuck", "2"],
      ["healed", "3"],
    ]);
    const second = new Map([
      ["missing", undefined],
      ["stuck", "2"],
      ["new", undefined],
    ]);
    assert.deepEqual(persistent(first, second), ["missing", "stuck"]);
  });

  it("does not count an object whose stored version moves on: it is only a moment behind", () => {
    assert.deepEqual(persistent(new Map([["busy", "5"]]), new Map([["busy", "8"]])), []);
    assert.deepEqual(persistent(new Map([["late", undefined]]), new Map([["late", "8"]])), []);
  });
});
