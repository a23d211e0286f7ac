import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError } from "../base/index.ts";
import { withinTime } from "./time-limit.ts";

const tooLate = new HeddleError("too late", { code: "HEDDLE_TEST_LATE" });

const limitOf = (clock = createManualClock(), signal = new AbortController().signal) => ({
  limitMs: 10,
  clock,
  signal,
  error: () => tooLate,
});

describe("withinTime", () => {
  it("answers what the work answers, and leaves no timer behind", async () => {
    const clock = createManualClock();
    assert.equal(await withinTime(async () => 1, limitOf(clock)), 1);
    assert.equal(clock.pending(), 0);
  });

  it("aborts the work at the limit, and fails with the given error", async () => {
    const clock = createManualClock();
    const outcome = withinTime((signal) => clock.sleep(100, signal), limitOf(clock));
    clock.advance(10);
    await assert.rejects(outcome, tooLate);
  });

  it("waits until the work has cleared up, and tells the limit's error where the work tells another", async () => {
    const clock = createManualClock();
    let cleared = false;
    const outcome = withinTime(async (signal) => {
      await clock.sleep(100, signal).catch(async () => {
        await new Promise(setImmediate);
        cleared = true;
        throw new Error("aborted somehow");
      });
    }, limitOf(clock));
    clock.advance(10);
    await assert.rejects(outcome, tooLate);
    assert.ok(cleared);
  });

  it("ends with the caller's reason when the caller gives up", async () => {
    const controller = new AbortController();
    const clock = createManualClock();
    const outcome = withinTime((signal) => clock.sleep(100, signal), limitOf(clock, controller.signal));
    controller.abort(new Error("enough"));
    await assert.rejects(outcome, /enough/);
  });

  it("passes on what the work throws", async () => {
    await assert.rejects(
      withinTime(() => Promise.reject(new Error("broken")), limitOf()),
      /broken/,
    );
  });
});
