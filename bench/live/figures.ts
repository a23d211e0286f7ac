import { type Figure, median } from "../model.ts";

/** What one run of one process showed, each a row of the result. */
export type Run = Readonly<Record<string, number>>;

/** The four that run in turn. */
export const subjects = {
  engine: "in process",
  served: "heddle serve",
  dynamic: "client-go, dynamic",
  typed: "client-go, typed",
} as const;

/** A run in a line, for who waits. */
export const wordsOf = (run: Run): string =>
  Object.entries(run)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(", ");

/** One column: who is shown by it, and its aim. */
type Aspect = Readonly<{ key: string; label: string; unit: string; target?: string }>;

const aspects: readonly Aspect[] = [
  { key: "listeningMs", label: "process start → listening", unit: "ms" },
  { key: "firstMs", label: "process start → first answer with pods", unit: "ms", target: "≤ 2,000" },
  { key: "firstWhileSyncing", label: "first answer came while the sync went on (1: yes)", unit: "", target: "1" },
  { key: "seconds", label: "cold sync", unit: "s" },
  { key: "cpuSeconds", label: "CPU time until then", unit: "s" },
  { key: "rssMb", label: "resident when synced", unit: "MB" },
  { key: "syncBlockedMs", label: "event loop blocked while syncing, p99", unit: "ms", target: "≤ 50" },
  { key: "pageMs", label: "page of 100, by labels and status, p95", unit: "ms", target: "≤ 10" },
  { key: "labelledMs", label: "all of one label (a quarter), p95", unit: "ms", target: "≤ 150" },
  { key: "getMs", label: "heddle get nodes through it, launcher included", unit: "ms", target: "≤ 250" },
  { key: "sentMs", label: "change sent → subscriber, 200 a second, p99", unit: "ms", target: "≤ 250" },
  { key: "sentMedianMs", label: "the same, median", unit: "ms" },
  { key: "answeredMs", label: "change answered by the API server → subscriber, p99", unit: "ms" },
  { key: "applyMs", label: "one change taken in, relations included, p99", unit: "ms", target: "≤ 1" },
  { key: "blockedMs", label: "event loop blocked meanwhile, p99", unit: "ms", target: "≤ 50" },
  { key: "afterMb", label: "resident after the changes", unit: "MB" },
];

const compared = new Set(["seconds", "cpuSeconds", "rssMb", "sentMs", "sentMedianMs", "answeredMs", "afterMb"]);

/** Medians over the rounds; what client-go tells too as a ratio to its dynamic informer of the same round. */
export function figuresOf(results: ReadonlyMap<string, readonly Run[]>): readonly Figure[] {
  return aspects.flatMap((aspect) =>
    [...results].flatMap(([name, runs]) => {
      const values = runs.flatMap((run) => run[aspect.key] ?? []);
      if (values.length === 0) return [];
      const peers = (results.get(subjects.dynamic) ?? []).flatMap((run) => run[aspect.key] ?? []);
      const { label, unit, target } = aspect;
      const figure: Figure = { label: `${label}: ${name}`, value: median(values), unit };
      if (name === subjects.dynamic || name === subjects.typed) return figure;
      const ratio = { to: subjects.dynamic, value: median(values.map((value, i) => value / (peers[i] ?? NaN))) };
      return { ...figure, ...(target !== undefined && { target }), ...(compared.has(aspect.key) && { ratio }) };
    }),
  );
}
