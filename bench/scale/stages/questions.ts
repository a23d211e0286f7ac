import { type Figure, percentile, timesOf } from "../../model.ts";
import { shards } from "../world/objects.ts";
import { count, type Stage } from "./model.ts";
import { type PageAnswer, untilSynced, withServed } from "./sync-served.ts";

const pageQuery = `{
  resources(filter: { labelSelector: "shard=1,team in (team-1,team-3)", status: ["Running"] }, limit: 100) {
    items { id name status }
    next
  }
}`;

const labelled = { kind: "pods", labelSelector: "shard=1" };

/** What `heddle serve` answers over HTTP when it has everything: its bundle, asked on kept connections. */
export const questionsStage: Stage = async (context) => {
  const { settings, signal, say } = context;
  const world = await context.world();
  return withServed(world, context, async (server): Promise<readonly Figure[]> => {
    await untilSynced(server, signal);
    const pods = Math.floor(settings.pods / settings.clusters) * settings.clusters;
    const expected = Math.floor(pods / settings.clusters / shards) * settings.clusters;
    const found = objectsIn(await server.ask("/api/reader/list", labelled));
    if (Math.abs(found - expected) > settings.clusters) throw new Error(`${found} pods have the label, of ${expected}`);
    const page = await timesOf(300, async () => {
      const size = itemsIn(await server.ask("/graphql", { query: pageQuery }));
      if (size !== 100) throw new Error(`the page of 100 has ${size}`);
    });
    let bytes = 0;
    const all = await timesOf(40, async () => {
      bytes = await server.bytes("/api/reader/list", labelled);
    });
    say(`${(bytes / 1e6).toFixed(1)} MB of JSON, page p50 ${percentile(page, 0.5).toFixed(1)} ms`);
    const [one, many] = ["POST /graphql", "POST /api/reader/list"];
    const of = `of ${count(pods)}`;
    return [
      figure(`page of 100 by labels and status ${of}, ${one}, median`, percentile(page, 0.5)),
      { ...figure(`page of 100 by labels and status ${of}, ${one}, p95`, percentile(page, 0.95)), target: "≤ 10" },
      figure(`all ${count(found)} of one label ${of}, ${many}, median`, percentile(all, 0.5)),
      { ...figure(`all ${count(found)} of one label ${of}, ${many}, p95`, percentile(all, 0.95)), target: "≤ 250" },
      { label: `all ${count(found)} of one label, the answer`, value: bytes / 1e6, unit: "MB" },
    ];
  });
};

const figure = (label: string, value: number): Figure => ({ label, value, unit: "ms" });

function itemsIn(text: string): number {
  const { data, errors } = JSON.parse(text) as PageAnswer;
  if (errors !== undefined) throw new Error(errors[0]?.message);
  return data?.resources.items.length ?? 0;
}

type Line = Readonly<{ value?: Readonly<{ objects: readonly unknown[] }> }>;

/** A line a cluster. */
const objectsIn = (text: string): number =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .reduce((sum, line) => sum + ((JSON.parse(line) as Line).value?.objects.length ?? 0), 0);
