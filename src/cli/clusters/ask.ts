import {
  type ClusterId,
  type ClusterSummary,
  freshnessFromWire,
  type Freshness,
  numberAt,
  summaryFromWire,
} from "../../model/index.ts";
import { type FleetCall } from "../fleet-call.ts";

/** A cluster as `heddle clusters` shows it; what a server keeps of it is missing where there is none. */
export type ShownCluster = ClusterSummary & Readonly<{ objects?: number; freshness?: Freshness }>;

/** The chosen clusters as they are: as a running server knows them, else asked themselves. */
export async function* askClusters({ session, clusters, signal }: FleetCall): AsyncGenerator<ShownCluster> {
  const ids = clusters.map(({ id }) => id);
  if (session.server === undefined) return yield* session.reader.summaries(ids, signal);
  const chosen = new Set<ClusterId>(ids);
  for (const row of await session.server.clusters(signal)) {
    const summary = summaryFromWire(row);
    if (!chosen.has(summary.info.id)) continue;
    const objects = numberAt(row, "objects");
    const lastSuccessAtMs = numberAt(row, "lastSuccessAtMs") ?? summary.health.lastSuccessAtMs;
    yield {
      ...summary,
      health: { ...summary.health, ...(lastSuccessAtMs !== undefined && { lastSuccessAtMs }) },
      ...(objects !== undefined && { objects }),
      ...(row["freshness"] !== undefined && { freshness: freshnessFromWire(row["freshness"]) }),
    };
  }
}
