import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settledPart, slopeAMinute, watchMemory } from "./slope.ts";

describe("a slope", () => {
  it("is that of the straight line through the samples, a minute", () => {
    const line = [0, 1, 2, 3].map((second) => ({ atMs: 5_000 + second * 1_000, value: 100 + second * 0.5 }));
    assert.equal(slopeAMinute(line), 30);
    assert.equal(slopeAMinute(line.map((sample) => ({ ...sample, value: 7 }))), 0);
  });

  it("is not led astray by what swings around it", () => {
    const swinging = Array.from({ length: 100 }, (_, index) => ({
      atMs: index * 1_000,
      value: index + (index % 2 === 0 ? 20 : -20),
    }));
    assert.ok(Math.abs(slopeAMinute(swinging) - 60) < 1);
  });

  it("is told of the second two thirds", () => {
    const samples = Array.from({ length: 9 }, (_, index) => ({ atMs: index, value: index }));
    assert.deepEqual(
      settledPart(samples).map(({ value }) => value),
      [3, 4, 5, 6, 7, 8],
    );
  });

  it("can be that of a process's memory", async () => {
    const stop = new AbortController();
    const watching = watchMemory(process.pid, { everyMs: 1, signal: stop.signal });
    stop.abort();
    const [sample] = await watching;
    assert.ok(sample !== undefined && sample.value > 10 && sample.value < 10_000);
  });
});
