import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { widgets } from "./testing/fake-api.ts";
import { createWatchListSupport } from "./watch-list-support.ts";

const other = { ...widgets, group: "metrics.example.org" };

describe("what is known of a server's WatchList", () => {
  it("is nothing at first: it is tried", () => {
    const support = createWatchListSupport();
    assert.deepEqual([support.mayHave(widgets), support.isProven(widgets)], [true, false]);
  });

  it("is that no kind has it, once one was found without", () => {
    const support = createWatchListSupport();
    support.disprove(widgets);
    assert.deepEqual([support.mayHave(widgets), support.mayHave(other)], [false, false]);
  });

  it("is that only an aggregated API is without, once another was found with it", () => {
    const support = createWatchListSupport();
    support.prove(widgets);
    support.disprove(other);
    assert.deepEqual([support.mayHave(widgets), support.mayHave(other)], [true, false]);
    assert.deepEqual([support.isProven(widgets), support.isProven(other)], [true, false]);
  });

  it("does not forget a proof", () => {
    const support = createWatchListSupport();
    support.prove(widgets);
    support.disprove(widgets);
    assert.equal(support.mayHave(widgets), true);
  });
});
