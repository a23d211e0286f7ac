import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { between, createSeededRandom } from "./random.ts";

describe("createSeededRandom", () => {
  it("repeats itself for a seed and stays in [0, 1)", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [a, b] = [createSeededRandom(seed), createSeededRandom(seed)];
        for (let i = 0; i < 20; i++) {
          const value = a();
          assert.equal(value, b());
          assert.ok(value >= 0 && value < 1);
        }
      }),
    );
  });

  it("is spread evenly enough for jitter", () => {
    const random = createSeededRandom(7);
    const mean = Array.from({ length: 10_000 }, random).reduce((sum, value) => sum + value, 0) / 10_000;
    assert.ok(Math.abs(mean - 0.5) < 0.02, `${mean}`);
    assert.ok(between(() => 0.5, 10, 20) === 15);
  });
});
