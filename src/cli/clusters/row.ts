import { type ClusterState, type ClusterSummary } from "../../model/index.ts";
import { humanDuration } from "../format/age.ts";
import { colourOf } from "../output/colour.ts";
import { type Cell } from "../output/layout.ts";
import { type ShownCluster } from "./ask.ts";

/** `served`: with what a running server keeps. */
export type RowOptions = Readonly<{ wide: boolean; served: boolean; colour: boolean; nowMs: number }>;

/** The headers of the table of clusters. */
export const clusterHeaders = ({ wide, served }: Pick<RowOptions, "wide" | "served">): readonly string[] => [
  "CLUSTER",
  ...(wide ? ["NAME", "ENVIRONMENT", "REGION", "SERVER"] : []),
  "STATE",
  "VERSION",
  "NODES",
  "NAMESPACES",
  "LATENCY",
  "CERTIFICATE",
  ...(served ? ["OBJECTS", "LAST SUCCESS"] : []),
  "REASON",
];

/** One cluster in a line; what is not known is "-". */
export function clusterRow(cluster: ShownCluster, options: RowOptions): readonly Cell[] {
  const { info, health, nodes, namespaces, objects } = cluster;
  const { wide, served, colour, nowMs } = options;
  return [
    info.id,
    ...(wide ? [info.name, info.environment ?? "-", info.region ?? "-", info.server] : []),
    colour ? { text: health.state, colour: colourOf(healthOf[health.state]) } : health.state,
    health.version ?? "-",
    nodes === undefined ? "-" : `${nodes.ready}/${nodes.total}`,
    namespaces === undefined ? "-" : String(namespaces),
    health.latencyMs === undefined ? "-" : `${Math.max(1, Math.round(health.latencyMs))}ms`,
    certificateText(health.certificateExpiresAtMs, nowMs),
    ...(served ? [objects === undefined ? "-" : String(objects), agoText(health.lastSuccessAtMs, nowMs)] : []),
    health.reason,
  ];
}

const agoText = (atMs: number | undefined, nowMs: number): string =>
  atMs === undefined ? "-" : `${humanDuration(Math.max(0, nowMs - atMs))} ago`;

const healthOf: Readonly<Record<ClusterState, boolean | "progressing">> = {
  Unknown: "progressing",
  Connected: true,
  Degraded: "progressing",
  Failed: false,
};

/** How long the certificate that ends first is still valid. */
function certificateText(expiresAtMs: number | undefined, nowMs: number): string {
  if (expiresAtMs === undefined) return "-";
  return expiresAtMs <= nowMs ? "expired" : humanDuration(expiresAtMs - nowMs);
}

/** "3 clusters: 2 Connected, 1 Failed" */
export function countStates(summaries: readonly ClusterSummary[]): string {
  const states = Map.groupBy(summaries, ({ health }) => health.state);
  const order: readonly ClusterState[] = ["Connected", "Degraded", "Failed", "Unknown"];
  const parts = order.flatMap((state) => {
    const count = states.get(state)?.length ?? 0;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return `${summaries.length} cluster${summaries.length === 1 ? "" : "s"}: ${parts.join(", ")}`;
}
