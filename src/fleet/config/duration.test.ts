import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseDurationMs } from "./duration.ts";

describe("parseDurationMs", () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ["30s", 30_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["2.s", 2_000],
    ["250ms", 250],
    ["1us", 0.001],
    ["1µs", 0.001],
    ["-1m", -60_000],
    ["+1m", 60_000],
    ["0", 0],
    ["0s", 0],
    ["", undefined],
    ["30", undefined],
    ["5 m", undefined],
    ["1d", undefined],
    ["s", undefined],
    [".s", undefined],
    ["1h-30m", undefined],
    ["1m\n", undefined],
  ];
  for (const [text, ms] of table)
    it(`reads ${JSON.stringify(text)} as ${ms}`, () => assert.equal(parseDurationMs(text), ms));

  it("adds up the parts of any duration", () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(59), fc.nat(999), (hours, minutes, ms) => {
        assert.equal(parseDurationMs(`${hours}h${minutes}m${ms}ms`), (hours * 60 + minutes) * 60_000 + ms);
      }),
    );
  });
});
