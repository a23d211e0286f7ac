import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, systemClock } from "./clock.ts";

for (const [name, clock, advance] of [
  ["systemClock", systemClock, () => {}],
  ((): ["a manual clock", typeof systemClock, () => void] => {
    const manual = createManualClock(1000);
    return ["a manual clock", manual, () => manual.advance(5)];
  })(),
] as const) {
  describe(name, () => {
    it("wakes a sleeper when its time has come, and not one whose time has not", async () => {
      const controller = new AbortController();
      const woken: string[] = [];
      const late = clock.sleep(3_600_000, controller.signal).finally(() => woken.push("late"));
      const soon = clock.sleep(5).then(() => woken.push("soon"));
      await Promise.resolve();
      assert.deepEqual(woken, []);
      advance();
      await soon;
      assert.deepEqual(woken, ["soon"]);
      controller.abort(new Error("enough"));
      await assert.rejects(late, /enough/);
    });

    it("rejects a sleeper with the reason of an abort, before and during the sleep", async () => {
      const controller = new AbortController();
      const slept = clock.sleep(60_000, controller.signal);
      controller.abort(new Error("enough"));
      await assert.rejects(slept, /enough/);
      await assert.rejects(clock.sleep(1, controller.signal), /enough/);
    });
  });
}

describe("createManualClock", () => {
  it("runs timers in the order of their deadlines, at their time, and forgets the cancelled", () => {
    const clock = createManualClock();
    const seen: [string, number][] = [];
    clock.after(20, () => seen.push(["b", clock.nowMs()]));
    clock.after(10, () => {
      seen.push(["a", clock.nowMs()]);
      clock.after(5, () => seen.push(["nested", clock.nowMs()]));
    });
    clock.after(15, () => seen.push(["cancelled", clock.nowMs()]))();
    clock.advance(30);
    assert.deepEqual(seen, [
      ["a", 10],
      ["nested", 15],
      ["b", 20],
    ]);
    assert.deepEqual([clock.nowMs(), clock.pending()], [30, 0]);
  });
});
