import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError } from "../base/index.ts";
import { withinTime } from "./time-limit.ts";

const tooLate = new HeddleError("too late", { code: "HEDDLE_TEST_LATE" });
const never = (): Promise<never> => new Promise(() => {});
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

  it("fails at the limit even when the work ignores its signal", async () => {
    const clock = createManualClock();
    const outcome = withinTime(never, limitOf(clock));
    clock.advance(10);
    await assert.rejects(outcome, tooLate);
  });

  it("tells the limit's error where the work only says that it was aborted", async () => {
    const clock = createManualClock();
    const outcome = withinTime(async (signal) => {
      await clock.sleep(100, signal).catch(() => {
        throw new Error("aborted somehow");
      });
    }, limitOf(clock));
    clock.advance(10);
    await assert.rejects(outcome, tooLate);
  });

  it("ends with the caller's reason when the caller gives up", async () => {
    const controller = new AbortController();
    const outcome = withinTime(never, limitOf(createManualClock(), controller.signal));
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
