import { toHeddleError } from "../../base/index.ts";
import { type ClusterInfo, resourceName } from "../../model/index.ts";
import { explainFailures, type Failure } from "../failure.ts";
import { type FleetCall } from "../fleet-call.ts";
import { createLayout } from "../output/layout.ts";
import { type AccessGap, type AccessReport } from "../ports.ts";

type Checked = Readonly<{ cluster: ClusterInfo; report?: AccessReport; failure?: Failure }>;

/** Prints what the credential of each chosen cluster cannot list or watch; 1 when there is anything, or no answer. */
export async function checkClusters(call: FleetCall): Promise<number> {
  const checked = await Promise.all(call.clusters.map((cluster) => checkOne(call, cluster)));
  for (const { cluster, report } of checked)
    for (const warning of report?.warnings ?? []) call.output.note(`warning: cluster ${cluster.id}: ${warning}`);
  const rows = checked.flatMap(({ cluster, report }) => gapRows(cluster, report?.gaps ?? []));
  if (rows.length > 0)
    await call.output.write(createLayout().lines([["CLUSTER", "RESOURCE", "CANNOT", "REASON"], ...rows]));
  for (const { cluster, report } of checked)
    if (report?.gaps.length === 0)
      await call.output.write(`${cluster.id}: all ${report.checked} kinds can be listed and watched\n`);
  const failures = checked.flatMap(({ failure }) => failure ?? []);
  for (const line of explainFailures(failures, call.clusters)) call.output.note(line);
  return rows.length + failures.length === 0 ? 0 : 1;
}

async function checkOne({ session, signal }: FleetCall, cluster: ClusterInfo): Promise<Checked> {
  try {
    return { cluster, report: await session.checkAccess(cluster.id, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { cluster, failure: { cluster: cluster.id, error: toHeddleError(error) } };
  }
}

/** One row for a kind: most credentials lack both verbs or none. RBAC gives no reason: it knows only grants. */
function gapRows({ id }: ClusterInfo, gaps: readonly AccessGap[]): readonly (readonly string[])[] {
  const byResource = Map.groupBy(gaps, ({ resource }) => resourceName(resource));
  return [...byResource].map(([name, alike]) => [
    id,
    name,
    alike.map(({ verb }) => verb).join(","),
    [...new Set(alike.map(({ reason }) => reason || "nothing grants it"))].join("; "),
  ]);
}
