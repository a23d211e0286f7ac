import { UsageError } from "../../base/index.ts";
import { type Freshness, type JsonObject, toYaml } from "../../model/index.ts";
import { askClusters, type ShownCluster } from "../clusters/ask.ts";
import { addCluster, removeCluster } from "../clusters/change.ts";
import { checkClusters } from "../clusters/check.ts";
import { watchClusters } from "../clusters/live.ts";
import { refuseFlags } from "../clusters/refuse-flags.ts";
import { clusterHeaders, clusterRow } from "../clusters/row.ts";
import { type CommandCall } from "../command.ts";
import { type FleetCall, gatherAnswers, withFleet } from "../fleet-call.ts";
import { parseDuration } from "../format/duration.ts";
import { createLayout } from "../output/layout.ts";

const tables = ["table", "wide"] as const;
const formats = [...tables, "name", "json", "yaml"] as const;
type Format = (typeof formats)[number];

/**
 * `heddle clusters`: how every cluster is; `-w` keeps looking; `check` tells what a credential lacks; `add` and `remove`
 * change which clusters a running server has.
 */
export async function run(call: CommandCall): Promise<number> {
  const [action, ...others] = call.args;
  if (action === "add" || action === "remove") {
    refuseFlags(action, call.flags);
    return action === "add" ? addCluster(call) : removeCluster(call);
  }
  if ((action !== undefined && action !== "check") || others.length > 0)
    throw new UsageError(
      `heddle clusters knows check, add and remove, not "${call.args.join(" ")}"; choose clusters by --clusters`,
    );
  const watching = call.flags.on("watch");
  refuseFlags(action ?? (watching ? "watch" : "show"), call.flags);
  const format = readFormat(call.flags.text("output"), watching ? tables : formats);
  const intervalMs = parseDuration(call.flags.text("interval") ?? "5s", "--interval");
  return withFleet(call, async (fleet) => {
    for (const note of fleet.session.notes) fleet.output.note(note);
    if (action === "check") return checkClusters(fleet);
    if (!watching) return showOnce(fleet, format);
    const names = fleet.clusters.map(({ id }) => id).join(", ");
    fleet.output.note(`${fleet.session.source}: ${names}`);
    return watchClusters(fleet, { wide: format === "wide", intervalMs });
  });
}

function readFormat(text = "table", known: readonly Format[]): Format {
  const format = known.find((name) => name === text);
  if (format !== undefined) return format;
  throw new UsageError(`-o ${text}: expected one of ${known.join(", ")}`);
}

async function showOnce(fleet: FleetCall, format: Format): Promise<number> {
  const { session, clusters, output, ports, flags } = fleet;
  if (format === "name") {
    await output.write(clusters.map(({ id }) => `${id}\n`).join(""));
    return 0;
  }
  const ids = clusters.map(({ id }) => id);
  const answers = await gatherAnswers(named(askClusters(fleet)), clusters, { clock: ports.clock, output });
  const byId = new Map(answers.map(({ cluster, summary }) => [cluster, summary]));
  const summaries = ids.flatMap((id) => byId.get(id) ?? []);
  if (format === "json") await output.write(`${JSON.stringify(summaries.map(summaryDocument), undefined, 4)}\n`);
  else if (format === "yaml") await output.write(toYaml(summaries.map(summaryDocument)));
  else {
    const served = session.server !== undefined;
    const options = { wide: format === "wide", served, colour: output.colour, nowMs: ports.clock.nowMs() };
    const rows = summaries.map((summary) => clusterRow(summary, options));
    await output.write(createLayout().lines(flags.on("noHeaders") ? rows : [clusterHeaders(options), ...rows]));
  }
  return 0;
}

async function* named(summaries: AsyncIterable<ShownCluster>) {
  for await (const summary of summaries) yield { cluster: summary.info.id, summary };
}

/** What scripts read: times in RFC 3339, nothing that is not known. */
function summaryDocument({ info, health, nodes, namespaces, objects, freshness }: ShownCluster): JsonObject {
  const { error, latencyMs, certificateExpiresAtMs, lastSuccessAtMs, checkedAtMs, ...said } = health;
  const times = {
    certificateExpiresAt: certificateExpiresAtMs,
    lastSuccessAt: lastSuccessAtMs,
    checkedAt: checkedAtMs,
  };
  const written = Object.entries(times).flatMap(([key, atMs]) =>
    atMs === undefined ? [] : [[key, new Date(atMs).toISOString()] as const],
  );
  return {
    ...info,
    ...said,
    ...Object.fromEntries(written),
    ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }),
    ...(error === undefined ? {} : { errorCode: error.code }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(objects === undefined ? {} : { objects }),
    ...(freshness === undefined ? {} : { freshness: freshnessDocument(freshness) }),
  };
}

const freshnessDocument = (freshness: Freshness): JsonObject => ({
  state: freshness.state,
  ...("sinceMs" in freshness && { since: new Date(freshness.sinceMs).toISOString() }),
});
