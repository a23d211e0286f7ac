import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBreather } from "./breather.ts";
import { createManualClock } from "./clock.ts";

describe("a breather", () => {
  it("lets the event loop turn once the work took long, and counts from then on", async () => {
    const clock = createManualClock();
    const { pause } = createBreather(clock);
    clock.advance(7);
    assert.equal(pause(), undefined);
    clock.advance(1);
    let turned = false;
    setImmediate(() => (turned = true));
    await pause();
    assert.ok(turned);
    assert.equal(pause(), undefined);
  });

  it("gives all who wait the same turn", async () => {
    const clock = createManualClock();
    const { pause } = createBreather(clock);
    clock.advance(9);
    const [one, other] = [pause(), pause()];
    assert.ok(one !== undefined && one === other);
    await one;
    clock.advance(9);
    assert.notEqual(pause(), one);
  });

  it("fails with the reason of an abort, after the turn in which it came", async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const { pause } = createBreather(clock, stop.signal);
    clock.advance(9);
    const turn = pause();
    stop.abort(new Error("enough"));
    await assert.rejects(async () => turn, /enough/);
  });
});
