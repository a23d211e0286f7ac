import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { widgets } from "./testing/fake-api.ts";
import { createWatchListSupport } from "./watch-list-support.ts";

const other = { ...widgets, group: "metrics.example.org" };

describe("what is known of a server's WatchList", () => {
  it("is nothing at first: it is tried", () => {
    const support = createWatchListSupport(createManualClock());
    assert.deepEqual([support.mayHave(widgets), support.isProven(widgets)], [true, false]);
  });

  it("is that no kind has it, once one was found without", () => {
    const support = createWatchListSupport(createManualClock());
    support.disprove(widgets);
    assert.deepEqual([support.mayHave(widgets), support.mayHave(other)], [false, false]);
  });

  it("is that only an aggregated API is without, once another was found with it", () => {
    const support = createWatchListSupport(createManualClock());
    support.prove(widgets);
    support.disprove(other);
    assert.deepEqual([support.mayHave(widgets), support.mayHave(other)], [true, false]);
    assert.deepEqual([support.isProven(widgets), support.isProven(other)], [true, false]);
  });

  it("is what was found last: a server can be switched over", () => {
    const support = createWatchListSupport(createManualClock());
    support.prove(widgets);
    support.disprove(widgets);
    assert.deepEqual([support.mayHave(widgets), support.isProven(widgets)], [false, false]);
  });

  it("is tried again after an hour", () => {
    const clock = createManualClock();
    const support = createWatchListSupport(clock);
    support.disprove(widgets);
    clock.advance(59 * 60_000);
    assert.equal(support.mayHave(widgets), false);
    clock.advance(60_000);
    assert.equal(support.mayHave(widgets), true);
    support.prove(widgets);
    assert.equal(support.mayHave(other), true);
  });
});
