import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { createSchedule } from "./schedule.ts";

const well = { isWell: true, isMended: true, isInstalled: true };

describe("the next round", () => {
  it("is at once where something is new, and mends where there is something to mend", () => {
    const schedule = createSchedule(createManualClock(), { everyMs: 60_000, isWhole: true });
    assert.deepEqual(schedule.begin(true), { mends: false });
    const broken = createSchedule(createManualClock(), { everyMs: 60_000, isWhole: false });
    assert.deepEqual(broken.begin(false), { mends: true });
  });

  it("is for what is new not before a second has gone by, once pods can come", () => {
    const clock = createManualClock();
    const schedule = createSchedule(clock, { everyMs: 60_000, isWhole: true });
    schedule.begin(true);
    schedule.end({ ...well, isInstalled: false });
    assert.ok(schedule.begin(true));
    schedule.end(well);
    assert.equal(schedule.begin(true), undefined);
    assert.equal(schedule.nextMs(), clock.monotonicMs() + 1_000);
    clock.advance(1_000);
    assert.deepEqual(schedule.begin(true), { mends: false });
    // They can still come though the last round installed nothing.
    schedule.end({ ...well, isInstalled: false });
    assert.equal(schedule.begin(true), undefined);
  });

  it("is soon after one that failed, or that could not mend all", () => {
    for (const done of [
      { ...well, isWell: false },
      { ...well, isMended: false },
    ]) {
      const clock = createManualClock();
      const schedule = createSchedule(clock, { everyMs: 60_000, isWhole: false });
      schedule.begin(false);
      schedule.end(done);
      assert.equal(schedule.nextMs(), clock.monotonicMs() + 10_000);
    }
  });

  it("mends a fault that was found while the one before was mending", () => {
    const clock = createManualClock();
    const schedule = createSchedule(clock, { everyMs: 60_000, isWhole: false });
    assert.deepEqual(schedule.begin(false), { mends: true });
    schedule.mendNow();
    schedule.end(well);
    assert.deepEqual(schedule.begin(false), { mends: true });
    schedule.end(well);
    assert.equal(schedule.begin(false), undefined);
  });
});
