import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UsageError } from "../../base/index.ts";
import { ageOf, humanDuration } from "./age.ts";
import { parseDuration } from "./duration.ts";
import { addQuantities, formatQuantity, parseQuantity, zeroQuantity } from "./quantity.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

describe("humanDuration", () => {
  // The words of kubectl 1.34 for the same durations.
  const cases: readonly (readonly [durationMs: number, words: string])[] = [
    [0, "0s"],
    [999, "0s"],
    [-1999, "0s"],
    [-2000, "<invalid>"],
    [119 * second, "119s"],
    [2 * minute, "2m"],
    [3 * minute + 12 * second, "3m12s"],
    [9 * minute + 59 * second, "9m59s"],
    [10 * minute + 30 * second, "10m"],
    [179 * minute, "179m"],
    [3 * hour, "3h"],
    [5 * hour + 4 * minute, "5h4m"],
    [8 * hour + 30 * minute, "8h"],
    [47 * hour, "47h"],
    [2 * day, "2d"],
    [5 * day + 4 * hour, "5d4h"],
    [8 * day + 23 * hour, "8d"],
    [700 * day, "700d"],
    [2 * year, "2y"],
    [2 * year + 43 * day, "2y43d"],
    [8 * year + 43 * day, "8y"],
  ];
  for (const [durationMs, words] of cases)
    it(`says ${words} of ${durationMs} ms`, () => assert.equal(humanDuration(durationMs), words));

  it("knows no age of a time that is missing or no time", () => {
    assert.equal(ageOf(undefined, 0), "<unknown>");
    assert.equal(ageOf("yesterday", 0), "<unknown>");
    assert.equal(ageOf("2026-01-01T00:00:00Z", Date.parse("2026-01-01T01:00:00Z")), "60m");
  });
});

describe("parseDuration", () => {
  it("reads units, sums of units and bare seconds", () => {
    const cases = { "5s": 5000, "2m": 120_000, "1h30m": 5_400_000, "250ms": 250, "1.5h": 5_400_000, "7": 7000, "0": 0 };
    for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text, "--since"), ms, text);
  });

  it("refuses everything else, naming the flag", () => {
    for (const text of ["", "s", "5 s", "-5s", "5x", "1h30"])
      assert.throws(
        () => parseDuration(text, "--since"),
        (error) => error instanceof UsageError && /--since/.test(error.message),
        text,
      );
  });
});

describe("quantities", () => {
  // Canonical forms as k8s.io/apimachinery's resource.Quantity prints them.
  const canonical: Readonly<Record<string, string>> = {
    "0": "0",
    "0.5": "500m",
    "1.5": "1500m",
    "1000m": "1",
    "1024Mi": "1Gi",
    "1.5Gi": "1536Mi",
    "2048": "2048",
    "1000k": "1M",
    "1500M": "1500M",
    "100Ki": "100Ki",
    "0.1Ki": "102400m",
    "2e3": "2e3",
    "1E": "1E",
    "1n": "1n",
    "0.1n": "1n",
    "-250m": "-250m",
    "+3": "3",
    ".5": "500m",
    "5.": "5",
  };
  for (const [text, words] of Object.entries(canonical))
    it(`writes ${text} as ${words}`, () => {
      const quantity = parseQuantity(text);
      assert.ok(quantity);
      assert.equal(formatQuantity(quantity), words);
    });

  it("are not read from what is none", () => {
    for (const text of ["", "x", "1x", "1 Gi", "1KI", "Gi", "--1", "1e", "1.2.3"])
      assert.equal(parseQuantity(text), undefined, text);
  });

  it("mean the same after being written and read again", () => {
    const suffix = fc.constantFrom(
      "",
      "n",
      "u",
      "m",
      "k",
      "M",
      "G",
      "T",
      "P",
      "E",
      "Ki",
      "Mi",
      "Gi",
      "Ti",
      "Pi",
      "Ei",
      "e3",
      "e-2",
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(999), suffix, (whole, fraction, unit) => {
        const quantity = parseQuantity(`${whole}.${fraction}${unit}`);
        assert.ok(quantity);
        const again = parseQuantity(formatQuantity(quantity));
        assert.equal(again?.nano, quantity.nano);
      }),
    );
  });

  it("add up exactly and keep the notation of the first", () => {
    const sum = ["64Mi", "64Mi", "1Gi"]
      .map((text) => parseQuantity(text) ?? zeroQuantity)
      .reduce(addQuantities, zeroQuantity);
    assert.equal(formatQuantity(sum), "1152Mi");
  });
});
