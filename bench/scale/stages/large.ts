import { setTimeout as sleep } from "node:timers/promises";
import { type Figure } from "../../model.ts";
import { useOf } from "../../process.ts";
import { clusterObjects } from "../world/objects.ts";
import { startWorld } from "../world/world.ts";
import { count, type Stage } from "./model.ts";
import { firstAnswer, sinceStartMs, untilSynced, withServed } from "./sync-served.ts";

/** The largest fleet that Heddle is made for: `heddle serve` until it has everything. */
export const largeStage: Stage = async ({ settings, signal, say }) => {
  const { largeClusters: clusters, largeObjects, settleSeconds } = settings;
  const others = clusterObjects(0, { pods: 0 }).length;
  const pods = Math.max(1, Math.round(largeObjects / clusters) - others);
  await using world = await startWorld({ clusters, pods }, signal);
  say(`${world.objects} objects in ${clusters} clusters`);
  return await withServed(world, { signal }, async (server): Promise<readonly Figure[]> => {
    const firstMs = await firstAnswer(server, signal);
    await untilSynced(server, signal);
    const readySeconds = sinceStartMs(server) / 1_000;
    const now = await useOf(server.pid);
    await sleep(settleSeconds * 1_000, undefined, { signal });
    const later = await useOf(server.pid);
    const { objects } = await server.status();
    if (objects < world.objects) throw new Error(`${objects} objects of ${world.objects} were seen`);
    const of = `${count(clusters)} clusters, ${count(world.objects)} objects`;
    return [
      { label: `${of}: process start → first answer with 100 pods`, value: firstMs, unit: "ms" },
      { label: `${of}: process start → everything`, value: readySeconds, unit: "s" },
      { label: `${of}: CPU time until then`, value: now.cpuSeconds, unit: "s" },
      { label: `${of}: resident then`, value: now.rssBytes / 1e6, unit: "MB", target: "≤ 1,500" },
      { label: `${of}: resident a while later`, value: later.rssBytes / 1e6, unit: "MB", target: "≤ 1,500" },
      { label: `${of}: highest`, value: later.peakBytes / 1e6, unit: "MB" },
    ];
  });
};
