import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bindingOf, isTyping } from "./keys.ts";

const bindings = ["g f", "g c", "c", "/"].map((keys) => ({ keys, says: keys, act() {} }));
const at = (key: string, atMs: number) => ({ key, atMs });

describe("keys", () => {
  it("mean a pair when the second comes soon after the first", () =>
    assert.equal(bindingOf(bindings, at("c", 500), at("g", 0))?.keys, "g c"));

  it("mean themselves when the first was long ago", () =>
    assert.equal(bindingOf(bindings, at("c", 5_000), at("g", 0))?.keys, "c"));

  it("mean nothing where nothing is bound to them", () => {
    assert.equal(bindingOf(bindings, at("f", 10), undefined), undefined);
    assert.equal(bindingOf(bindings, at("g", 10), undefined), undefined);
  });

  it("belong to a field that is typed in", () => {
    assert.equal(isTyping({ tagName: "INPUT" }), true);
    assert.equal(isTyping({ tagName: "DIV", isContentEditable: true }), true);
    assert.equal(isTyping({ tagName: "DIV" }), false);
    assert.equal(isTyping(null), false);
  });
});
