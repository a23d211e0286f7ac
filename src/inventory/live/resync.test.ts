import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Differences, differencesOf, persistent, standingDifferences } from "./resync.ts";

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
    assert.deepEqual([...persistent(first, second).keys()], ["missing", "stuck"]);
  });

  it("does not count an object whose stored version moves on: it is only a moment behind", () => {
    assert.deepEqual(persistent(new Map([["busy", "5"]]), new Map([["busy", "8"]])), new Map());
    assert.deepEqual(persistent(new Map([["late", undefined]]), new Map([["late", "8"]])), new Map());
  });
});

describe("standingDifferences", () => {
  const found = async (...looks: readonly (readonly string[])[]) => {
    const left = looks.map((uids): Differences => new Map(uids.map((uid) => [uid, "1"])));
    const wrong = await standingDifferences(
      async () => left.shift() ?? assert.fail("one look too many"),
      async () => {},
    );
    return { wrong: [...wrong.keys()], unused: left.length };
  };

  it("looks once where nothing is wrong, and twice where what is wrong is brought in between", async () => {
    assert.deepEqual(await found([]), { wrong: [], unused: 0 });
    assert.deepEqual(await found(["a", "b"], ["c"]), { wrong: [], unused: 0 });
  });

  it("finds what stays wrong, beside what is only late", async () => {
    assert.deepEqual(await found(["lost"], ["lost"]), { wrong: ["lost"], unused: 0 });
    assert.deepEqual(await found(["lost", "late"], ["lost", "new"], ["lost", "newer"]), { wrong: ["lost"], unused: 0 });
  });

  it("goes on looking while a watch works off what has gathered", async () => {
    assert.deepEqual(await found(["a", "b", "c"], ["b", "c"], ["c"], []), { wrong: [], unused: 0 });
  });
});
