import { median } from "../model.ts";
import { type Chart } from "./chart.ts";
import { count, type Runs } from "./stages/model.ts";
import { type Settings, type SubjectName, subjects } from "./settings.ts";

/** What ships, first; then who else would keep the same. */
const shown: readonly SubjectName[] = ["served", "typed", "dynamic", "clientNode"];

/** Memory and cold sync of the stage `sync`, as the README shows them: medians over the rounds. */
export function syncChart(
  runs: Runs,
  { pods, clusters, rounds, cores }: Settings & Readonly<{ cores: number }>,
): Chart {
  const bars = (key: string): Chart["panels"][number]["bars"] =>
    shown.map((name) => ({
      label: subjects[name],
      value: median((runs.get(name) ?? []).flatMap((run) => run[key] ?? [])),
    }));
  const runsOf = rounds === 1 ? "one run" : `the median of ${rounds} runs`;
  return {
    title: `Every one of ${count(pods)} pods in ${clusters} clusters, kept current`,
    note: `Pods of 2.6 KB on simulated API servers, ${runsOf} on ${cores} cores: npm run bench -- scale (docs/benchmarks.md)`,
    panels: [
      { title: "Memory when synced", unit: "MB", compared: "as much", bars: bars("rssMb") },
      { title: "From nothing to synced", unit: "s", compared: "as long", bars: bars("seconds") },
    ],
  };
}
