/** One metric of an exposition in Prometheus' text format 0.0.4. */
export type ExposedMetric = Readonly<{
  type: string;
  help: string;
  samples: readonly Readonly<{ labels: Readonly<Record<string, string>>; value: number }>[];
}>;

/** Parses strictly: throws for what promtool would refuse (no HELP or TYPE before a sample, a repeated series). */
export function parseExposition(text: string): ReadonlyMap<string, ExposedMetric> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const found: Found = new Map();
  const series = new Set<string>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("# ")) {
      introduce(found, line);
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) throw new Error(`no sample: ${line}`);
    const [, name = "", labels = "", value] = sample;
    const metric = found.get(name) ?? found.get(name.replace(/_(sum|count|bucket)$/, ""));
    if (metric === undefined || metric.type === "" || metric.help === "") throw new Error(`${name} is not introduced`);
    const key = `${name}{${labels}}`;
    if (series.has(key)) throw new Error(`${key} stands there twice`);
    series.add(key);
    // Prometheus reads "NaN" in any case.
    if (Number.isNaN(Number(value)) && value?.toLowerCase() !== "nan") throw new Error(`no number: ${line}`);
    metric.samples.push({ labels: parseLabels(labels), value: Number(value) });
  }
  return found;
}

type Found = Map<string, { type: string; help: string; samples: ExposedMetric["samples"][number][] }>;

function introduce(found: Found, line: string): void {
  const [, what, name = "", value = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
  const metric = found.get(name) ?? { type: "", help: "", samples: [] };
  if (metric.samples.length > 0) throw new Error(`${line} stands behind its samples`);
  if (what === "HELP") found.set(name, { ...metric, help: value });
  if (what === "TYPE") found.set(name, { ...metric, type: value });
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const rest = text.replace(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g, (_all, name: string, value: string) => {
    labels[name] = value.replace(/\\(.)/g, (_escape, char: string) => (char === "n" ? "\n" : char));
    return "";
  });
  if (rest !== "") throw new Error(`no labels: ${text}`);
  return labels;
}
