import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { floorsOf, settledPart, trendOf, watchMemory } from "./slope.ts";

describe("a slope", () => {
  it("is that of the straight line through the samples, a minute", () => {
    const line = [0, 1, 2, 3].map((second) => ({ atMs: 5_000 + second * 1_000, value: 100 + second * 0.5 }));
    assert.deepEqual(trendOf(line), { slope: 30, error: 0 });
    assert.deepEqual(trendOf(line.map((sample) => ({ ...sample, value: 7 }))), { slope: 0, error: 0 });
  });

  it("is not led astray by what swings around it", () => {
    const swinging = Array.from({ length: 100 }, (_, index) => ({
      atMs: index * 1_000,
      value: index + (index % 2 === 0 ? 20 : -20),
    }));
    const { slope, error } = trendOf(swinging);
    assert.ok(Math.abs(slope - 60) < 1 && error > 1, `${slope} ± ${error}`);
  });

  it("of what a collector sweeps is that of the lowest of each window", () => {
    const swept = Array.from({ length: 12 }, (_, index) => ({ atMs: index * 10, value: 100 + (index % 4) * 9 }));
    assert.deepEqual(
      floorsOf(swept, 40).map(({ atMs, value }) => [atMs, value]),
      [
        [0, 100],
        [40, 100],
        [80, 100],
      ],
    );
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
