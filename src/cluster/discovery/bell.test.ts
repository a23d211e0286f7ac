import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { createBell } from "./bell.ts";

const { signal } = new AbortController();

describe("createBell", () => {
  it("wakes who waits, and leaves no timer behind", async () => {
    const clock = createManualClock();
    const bell = createBell(clock);
    const waiting = bell.wait(1_000, signal);
    bell.ring();
    assert.equal(await waiting, true);
    assert.equal(clock.pending(), 0);
  });

  it("keeps one ring for the next who waits, and no more", async () => {
    const clock = createManualClock();
    const bell = createBell(clock);
    bell.ring();
    bell.ring();
    assert.equal(await bell.wait(1_000, signal), true);
    const waiting = bell.wait(1_000, signal);
    clock.advance(1_000);
    assert.equal(await waiting, false);
  });

  it("lets go of who aborts", async () => {
    const clock = createManualClock();
    const bell = createBell(clock);
    const leaving = new AbortController();
    const waiting = bell.wait(1_000, leaving.signal);
    leaving.abort(new Error("left"));
    await assert.rejects(waiting, /left/);
    assert.equal(clock.pending(), 0);
    await assert.rejects(bell.wait(1_000, leaving.signal), /left/);
  });
});
