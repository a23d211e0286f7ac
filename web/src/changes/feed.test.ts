import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withNew, withOlder } from "./feed.ts";

const change = (id: string) => ({ id, sequence: id });
const ids = (changes: readonly Readonly<{ id: string }>[]): string => changes.map(({ id }) => id).join("");

describe("the list of changes", () => {
  const shown = ["c", "b", "a"].map(change);

  it("has the newest first, and each once though it is told again", () =>
    assert.equal(ids(withNew(shown, ["c", "d", "e", "e"].map(change), 10)), "edcba"));

  it("is the same when nothing in what came is new", () => assert.equal(withNew(shown, [change("b")], 10), shown));

  it("forgets the oldest beyond its length", () => assert.equal(ids(withNew(shown, ["d", "e"].map(change), 3)), "edc"));

  it("goes on with older ones, each once", () =>
    assert.equal(ids(withOlder(shown, ["a", "z", "y"].map(change))), "cbazy"));
});
