import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countChanges, meanRate, quietRate } from "./rate.ts";

describe("the rate of changes", () => {
  it("counts changes by the second of their time, and forgets what is too old", () => {
    const rate = countChanges(quietRate(4, 10_000), [7_100, 9_000, 9_900, 10_200, 1_000], 10_500);
    assert.deepEqual(rate.counts, [1, 0, 2, 1]);
  });

  it("moves on by itself", () => {
    const rate = countChanges(countChanges(quietRate(4, 10_000), [10_000], 10_000), [], 12_000);
    assert.deepEqual(rate.counts, [0, 1, 0, 0]);
    assert.deepEqual(countChanges(rate, [], 60_000).counts, [0, 0, 0, 0]);
  });

  it("knows nothing of the time before the first change that it was told of", () => {
    const begun = quietRate(4, 10_000);
    assert.equal(begun.fromSecond, 10);
    assert.equal(countChanges(begun, [8_000, 9_000], 10_000).fromSecond, 8);
  });

  it("takes what a clock that is ahead tells of the future as of now", () =>
    assert.deepEqual(countChanges(quietRate(3, 10_000), [15_000], 10_000).counts, [0, 0, 1]));

  it("is the mean of whole seconds: the one that is not over does not count", () =>
    assert.equal(meanRate({ fromSecond: 1, untilSecond: 4, counts: [0, 4, 6, 100] }, 2), 5));
});
