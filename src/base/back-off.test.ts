import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBackOff } from "./back-off.ts";
import { createSeededRandom } from "./random.ts";

describe("createBackOff", () => {
  it("doubles to its limit, in the upper half of each step", () => {
    const backOff = createBackOff({ minMs: 100, maxMs: 1000 }, createSeededRandom(1));
    for (const step of [100, 200, 400, 800, 1000, 1000]) {
      const waitMs = backOff.nextMs();
      assert.ok(waitMs >= step / 2 && waitMs <= step, `${waitMs} within ${step}`);
    }
    assert.equal(backOff.attempts(), 6);
  });

  it("starts over after a success", () => {
    const backOff = createBackOff({ minMs: 100, maxMs: 1000 }, () => 1);
    backOff.nextMs();
    backOff.nextMs();
    backOff.reset();
    assert.deepEqual([backOff.attempts(), backOff.nextMs()], [0, 100]);
  });
});
