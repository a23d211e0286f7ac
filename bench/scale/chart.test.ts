import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type Chart, renderChart } from "./chart.ts";

const golden = join(import.meta.dirname, "testdata/chart-two-panels.svg");
const chart: Chart = {
  title: "100,000 pods in 10 clusters",
  note: "npm run bench -- scale, 2026-01-02 & later",
  panels: [
    {
      title: "Memory",
      unit: "MB",
      compared: "as much",
      bars: [
        { label: "ours", value: 300 },
        { label: "theirs <typed>", value: 1_234.4 },
        { label: "smaller", value: 30 },
      ],
    },
    {
      title: "Cold sync",
      unit: "s",
      compared: "as long",
      bars: [
        { label: "ours", value: 5.04 },
        { label: "theirs <typed>", value: 17.9 },
        { label: "smaller", value: 0.01 },
      ],
    },
  ],
};

describe("the chart of the bench", () => {
  it("is the picture that was looked at (UPDATE=1 writes it anew)", async () => {
    if (process.env["UPDATE"] === "1") await writeFile(golden, renderChart(chart));
    assert.equal(renderChart(chart), await readFile(golden, "utf8"));
  });

  it("says in words what it shows, with the ratio to the first bar, smaller ones too", () => {
    const [, words] = /<desc[^>]*>([^<]*)</.exec(renderChart(chart)) ?? [];
    assert.equal(
      words,
      "Memory: ours 300 MB; theirs &lt;typed&gt; 1,234 MB, 4.1 × as much; smaller 30 MB, 0.1 × as much. " +
        "Cold sync: ours 5.04 s; theirs &lt;typed&gt; 17.9 s, 3.6 × as long; smaller 0.01 s, 0.002 × as long.",
    );
  });

  it("draws the longest bar of each panel equally long, and none of nothing", () => {
    const lengths = [...renderChart(chart).matchAll(/d="M\d+ \d+h([\d.]+)/g)].map(([, length]) => Number(length));
    assert.equal(lengths.length, 6);
    assert.equal(lengths[1], lengths[4]);
    assert.ok(lengths.every((length) => length >= 0));
  });

  it("follows the reader's colour scheme", () => {
    assert.match(renderChart(chart), /@media \(prefers-color-scheme: dark\)/);
  });
});
