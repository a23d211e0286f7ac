import { builtInResources } from "../../../src/sim/kinds/built-in.ts";
import { connectionsTo } from "../../connections.ts";
import { poll } from "../../poll.ts";
import { useOf } from "../../process.ts";
import { type Figure } from "../../model.ts";
import { portsOf, startWorld } from "../world/world.ts";
import { count, type Stage } from "./model.ts";
import { sinceStartMs, withServed } from "./sync-served.ts";

const kindsEach = 50;
const podsEach = 10;
/** What is not followed unless it is asked for. */
const unasked = new Set(["Event", "Lease"]);

/** Many clusters with many kinds and few objects: `heddle serve` until it follows every kind of every one. */
export const socketsStage: Stage = async ({ settings, signal, say }) => {
  const builtIn = builtInResources.filter(
    ({ kind, verbs }) => verbs.includes("list") && verbs.includes("watch") && !unasked.has(kind),
  ).length;
  const clusters = settings.socketClusters;
  await using world = await startWorld({ clusters, pods: podsEach, extraKinds: kindsEach - builtIn }, signal);
  say(`${world.objects} objects in ${clusters} clusters`);
  return await withServed(world, { signal }, async (server): Promise<readonly Figure[]> => {
    const readySeconds = await poll({ signal, everyMs: 100 }, async () => {
      const { clusters: seen } = await server.status();
      const live = seen.reduce((sum, { kinds }) => sum + (kinds?.live ?? 0), 0);
      return live === clusters * kindsEach ? sinceStartMs(server) / 1_000 : undefined;
    });
    const { cpuSeconds, rssBytes } = await useOf(server.pid);
    // Health checks and discovery have connections too: what is open is told, not what is wanted.
    const sockets = await connectionsTo(portsOf(world));
    const { watches } = await world.use();
    const of = `${count(clusters)} clusters × ${kindsEach} kinds`;
    return [
      {
        label: `${of}: watches at the API servers`,
        value: watches,
        unit: "",
        target: `≥ ${count(clusters * kindsEach)}`,
      },
      { label: `${of}: sockets`, value: sockets, unit: "", target: `≤ ${count(clusters * 5)}` },
      { label: `${of}: process start → every kind live`, value: readySeconds, unit: "s", target: "≤ 30" },
      { label: `${of}: CPU time until then`, value: cpuSeconds, unit: "s" },
      { label: `${of}: resident then`, value: rssBytes / 1e6, unit: "MB" },
    ];
  });
};
