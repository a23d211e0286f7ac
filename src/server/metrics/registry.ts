import { viewClusters } from "../clusters-view.ts";
import { type ServerDeps } from "../model.ts";
import { families, type Family, type MetricSource, type Sample } from "./families.ts";

/** Everything measured, in Prometheus' text format, and its media type. */
export type Exposition = Readonly<{ type: string; text: string }>;

/**
 * Reads Heddle's metrics from those who know them, each time anew, beside the process's own (process_…, nodejs_…). The
 * client is loaded here: only those who are scraped pay for it.
 */
export async function createMetrics(deps: ServerDeps): Promise<() => Promise<Exposition>> {
  const { collectDefaultMetrics, Counter, Gauge, Registry } = await import("@prometheus-io/client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const shown = families.map((family) => {
    const { name, help, labels } = family;
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    return { family, metric: family.type === "gauge" ? new Gauge(options) : new Counter(options) };
  });
  return async () => {
    const { store, live, bus, catalog, counts, clock } = deps;
    const source: MetricSource = { store, live, bus, catalog, counts, clock, views: viewClusters(deps) };
    for (const { family, metric } of shown) {
      // What is gone, a cluster or a kind, must not be told any longer.
      metric.reset();
      for (const sample of family.read(source)) metric.inc(labelsOf(family, sample), sample[0]);
    }
    return { type: registry.contentType, text: await registry.metrics() };
  };
}

function labelsOf({ labels }: Family, [, ...values]: Sample): Record<string, string> {
  return Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""]));
}
