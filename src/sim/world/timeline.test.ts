import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBreather, createManualClock } from "../../base/index.ts";
import { createTimeline } from "./timeline.ts";

describe("a timeline", () => {
  it("is wound through the past in order, then goes on as the clock does", async () => {
    const clock = createManualClock(100_000);
    const line = createTimeline(clock, 10_000);
    const seen: [string, number][] = [];
    const note = (what: string) => () => void seen.push([what, line.nowMs()]);
    line.after(2_000, note("second"));
    line.after(1_000, () => {
      note("first")();
      line.after(500, note("nested"));
      line.after(20_000, note("later"));
    });
    line.after(1_500, note("cancelled"))();
    const late = line.after(30_000, note("cancelled later"));
    await line.wind(10_000, createBreather(clock));
    assert.deepEqual(seen, [
      ["first", 91_000],
      ["nested", 91_500],
      ["second", 92_000],
    ]);
    line.join();
    late();
    clock.advance(10_999);
    assert.equal(seen.length, 3);
    clock.advance(1);
    assert.deepEqual([seen.at(-1), clock.pending()], [["later", 111_000], 0]);
    line.after(5, note("now"));
    clock.advance(5);
    assert.deepEqual(seen.at(-1), ["now", 111_005]);
  });
});
