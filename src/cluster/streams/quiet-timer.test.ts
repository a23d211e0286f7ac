import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { createQuietTimer } from "./quiet-timer.ts";

function timed() {
  const clock = createManualClock();
  let calls = 0;
  const timer = createQuietTimer(clock, 100, () => (calls += 1));
  return { clock, timer, calls: () => calls };
}

describe("createQuietTimer", () => {
  it("tells once, after silence since its start", () => {
    const { clock, timer, calls } = timed();
    clock.advance(1_000);
    timer.start();
    clock.advance(99);
    assert.equal(calls(), 0);
    clock.advance(1_000);
    assert.equal(calls(), 1);
  });

  it("counts anew from each touch", () => {
    const { clock, timer, calls } = timed();
    timer.start();
    for (let i = 0; i < 5; i++) {
      clock.advance(90);
      timer.touch();
    }
    assert.equal(calls(), 0);
    clock.advance(100);
    assert.equal(calls(), 1);
  });

  it("is not started by a touch", () => {
    const { clock, timer, calls } = timed();
    timer.touch();
    clock.advance(1_000);
    assert.equal(calls(), 0);
    assert.equal(clock.pending(), 0);
  });

  it("never tells after it was stopped, and leaves no timer", () => {
    const { clock, timer, calls } = timed();
    timer.start();
    timer.stop();
    timer.touch();
    timer.start();
    assert.equal(clock.pending(), 0);
    clock.advance(1_000);
    assert.equal(calls(), 0);
  });
});
