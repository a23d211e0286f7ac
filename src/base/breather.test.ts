import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBreather, createSharedBreather } from "./breather.ts";
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

describe("a shared breather", () => {
  it("gives one who waits a slice in each turn, in the order in which they came", async () => {
    const clock = createManualClock();
    const { pause } = createSharedBreather(clock);
    const worked: string[] = [];
    let turns = 0;
    let counting = setImmediate(function count() {
      turns += 1;
      counting = setImmediate(count);
    });
    const work = async (name: string): Promise<void> => {
      for (let piece = 0; piece < 3; piece++) {
        await pause();
        worked.push(`${name}${piece}`);
        clock.advance(9);
      }
    };
    await Promise.all([work("a"), work("b"), work("c")]);
    clearImmediate(counting);
    assert.deepEqual(worked, ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]);
    assert.ok(turns > 5, `${turns} turns`);
  });

  it("holds nobody up while a slice has time left, and begins a new one with each turn", async () => {
    const clock = createManualClock();
    const [one, other] = [createSharedBreather(clock), createSharedBreather(clock)];
    assert.equal(one.pause(), undefined);
    clock.advance(7);
    assert.equal(other.pause(), undefined);
    clock.advance(1);
    const turn = other.pause();
    assert.ok(turn !== undefined);
    await turn;
    assert.equal(one.pause(), undefined);
  });

  it("fails with the reason of an abort, and goes on for the others", async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const [stopped, other] = [createSharedBreather(clock, stop.signal), createSharedBreather(clock)];
    assert.equal(stopped.pause(), undefined);
    clock.advance(9);
    const [turn, next] = [stopped.pause(), other.pause()];
    stop.abort(new Error("enough"));
    await assert.rejects(async () => turn, /enough/);
    await next;
  });
});
