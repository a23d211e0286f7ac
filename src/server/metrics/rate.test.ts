import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../base/index.ts";
import { createRate, rememberedSeconds } from "./rate.ts";

describe("a rate", () => {
  it("tells each of the last seconds, the quiet ones too, and not the one that is not over", () => {
    const clock = createManualClock(1_000_500);
    const rate = createRate(clock);
    rate.add(2);
    clock.advance(400);
    rate.add(1);
    assert.deepEqual(rate.last(2), { untilMs: 1_000_000, counts: [0, 0] });
    clock.advance(2_200);
    rate.add(5);
    assert.deepEqual(rate.last(4), { untilMs: 1_003_000, counts: [0, 3, 0, 0] });
    clock.advance(1_000);
    assert.deepEqual(rate.last(3), { untilMs: 1_004_000, counts: [0, 0, 5] });
    clock.advance(3_600_000);
    assert.deepEqual(new Set(rate.last(10_000).counts), new Set([0]));
    assert.equal(rate.last(10_000).counts.length, rememberedSeconds);
  });

  it("is what counting every second by hand tells, whenever it is asked", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(900_000), fc.nat(9)), { maxLength: 60 }), fc.nat(700), (steps, seconds) => {
        const clock = createManualClock(5_000_000);
        const rate = createRate(clock);
        const told = new Map<number, number>();
        for (const [ms, count] of steps) {
          clock.advance(ms % 7 === 0 ? ms : ms % 3_000);
          rate.add(count);
          const second = Math.floor(clock.nowMs() / 1_000);
          told.set(second, (told.get(second) ?? 0) + count);
        }
        const { untilMs, counts } = rate.last(seconds);
        const from = untilMs / 1_000 - counts.length;
        assert.deepEqual(
          counts,
          counts.map((_, index) => told.get(from + index) ?? 0),
        );
      }),
    );
  });
});
