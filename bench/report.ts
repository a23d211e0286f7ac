import { type BenchResult, type Figure } from "./model.ts";

/** The results of a day as Markdown tables, for the terminal and for docs/benchmarks.md alike. */
export function renderResults(results: readonly BenchResult[], date: string): string {
  return results
    .map(({ name, command, figures }) =>
      [`### ${name}`, "", `\`${command}\`, ${date}`, "", ...table(figures), ""].join("\n"),
    )
    .join("\n");
}

function table(figures: readonly Figure[]): readonly string[] {
  const rows = figures.map(({ label, value, unit, ratio, ratios = ratio === undefined ? [] : [ratio], target }) => [
    label,
    `${round(value)} ${unit}`,
    ratios.map(({ to, value }) => `${value.toFixed(2)} × ${to}`).join(", "),
    target ?? "",
  ]);
  return [["figure", "value", "ratio", "target"], ["---", "---:", "---:", "---"], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
}

const round = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(3)).toString();

const [begin, end] = ["<!-- results: begin -->", "<!-- results: end -->"];

/** The page with its results replaced; sections of benchmarks that did not run this time stay. */
export function replaceResults(page: string, results: readonly BenchResult[], date: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md lacks the lines "${begin}" and "${end}"`);
  const kept = sections(page.slice(from + begin.length, to)).filter(
    (section) => !results.some(({ name }) => section.startsWith(`### ${name}\n`)),
  );
  const all = [...kept, ...sections(renderResults(results, date))].toSorted();
  return `${page.slice(0, from)}${begin}\n\n${all.map((section) => section.trim()).join("\n\n")}\n\n${page.slice(to)}`;
}

const sections = (text: string): readonly string[] =>
  text.split(/^(?=### )/m).filter((section) => section.startsWith("### "));
