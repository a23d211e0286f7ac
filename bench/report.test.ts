import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BenchResult, median, percentile } from "./model.ts";
import { renderResults, replaceResults } from "./report.ts";

const result = (name: string, value: number): BenchResult => ({
  name,
  command: `npm run bench -- ${name}`,
  figures: [{ label: "time", value, unit: "ms", ratio: { to: "kubectl", value: 0.5 }, target: "≤ 1.5" }],
});

describe("the report of a bench", () => {
  it("is a table with value, ratio and target", () => {
    assert.match(
      renderResults([result("gets", 1234.5)], "2026-01-02"),
      /### gets\n\n`npm run bench -- gets`, 2026-01-02\n\n[^]*\| time \| 1,235 ms \| 0\.50 × kubectl \| ≤ 1\.5 \|/,
    );
  });

  it("replaces the sections that ran and keeps the others, with their dates", () => {
    const day = "2026-01-02";
    const page = "# Benchmarks\n<!-- results: begin -->\n<!-- results: end -->\nend\n";
    const once = replaceResults(page, [result("a", 1), result("b", 2)], "2026-01-01");
    const twice = replaceResults(once, [result("b", 3)], day);
    assert.match(twice, /### a[^]*2026-01-01[^]*\| 1 ms[^]*### b[^]*2026-01-02[^]*\| 3 ms/);
    assert.doesNotMatch(twice, /\| 2 ms/);
    assert.equal(replaceResults(twice, [result("b", 3)], day), twice);
  });

  it("tells medians and percentiles", () => {
    assert.deepEqual(
      [median([3, 1, 2]), median([4, 1, 2, 3]), percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 0.99)],
      [2, 2.5, 2, 4],
    );
  });
});
