import { setTimeout as sleep } from "node:timers/promises";
import { type Figure } from "../../model.ts";
import { poll } from "../../poll.ts";
import { useOf } from "../../process.ts";
import { type Served } from "../../served.ts";
import { type World } from "../world/world.ts";
import { count, type Stage, type StageContext } from "./model.ts";
import { firstAnswer, sinceStartMs, untilSynced, withServed } from "./sync-served.ts";

/** What is kept is written in the background, every half minute: a server that ran for a while has had the time. */
const writingSettles = 3;

/**
 * `heddle serve` stopped as a service manager stops it and started again on the same folder, nothing changed meanwhile.
 * "Everything" is every object, each kind of each cluster live.
 */
export const restartStage: Stage = async (context) => {
  const { settings, signal, say } = context;
  const world = await context.world();
  return withServed(world, context, async (first, again): Promise<readonly Figure[]> => {
    const coldMs = await firstAnswer(first, signal);
    await untilSynced(first, signal);
    await untilEverything(first, world, context);
    const coldSeconds = sinceStartMs(first) / 1_000;
    const cold = await useOf(first.pid);
    await sleep(settings.settleSeconds * writingSettles * 1_000, undefined, { signal });
    const stopMs = performance.now();
    await first[Symbol.asyncDispose]();
    const stoppedMs = performance.now() - stopMs;
    await using second = await again();
    const warmMs = await firstAnswer(second, signal);
    say(`first answer after ${Math.round(warmMs)} ms`);
    await untilEverything(second, world, context);
    const warmSeconds = sinceStartMs(second) / 1_000;
    const warm = await useOf(second.pid);
    const of = `with ${count(world.objects)} objects`;
    return [
      { label: `restart ${of}: process start → first page of 100 pods`, value: warmMs, unit: "ms", target: "≤ 1,000" },
      { label: `restart ${of}: process start → everything, and live`, value: warmSeconds, unit: "s", target: "≤ 5" },
      { label: `restart ${of}: CPU time until then`, value: warm.cpuSeconds, unit: "s" },
      { label: `restart ${of}: resident then`, value: warm.rssBytes / 1e6, unit: "MB" },
      { label: "the same at the first start: first page of 100 pods", value: coldMs, unit: "ms" },
      { label: "the same at the first start: everything, and live", value: coldSeconds, unit: "s" },
      { label: "the same at the first start: CPU time until then", value: cold.cpuSeconds, unit: "s" },
      { label: "from SIGTERM to the end of the process", value: stoppedMs, unit: "ms" },
    ];
  });
};

const untilEverything = (server: Served, world: World, { signal }: StageContext): Promise<true> =>
  poll({ signal, everyMs: 50 }, async () => {
    const { objects, clusters } = await server.status();
    const allLive = clusters.every(({ kinds }) => kinds !== undefined && kinds.total > 0 && kinds.live === kinds.total);
    return allLive && objects >= world.objects ? true : undefined;
  });
