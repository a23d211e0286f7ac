import { createSeededRandom } from "../../../src/base/index.ts";
import { type Figure } from "../../model.ts";
import { soak } from "../soak/soak.ts";
import { startWorld } from "../world/world.ts";
import { count, type Stage } from "./model.ts";
import { untilSynced, withServed } from "./sync-served.ts";

/** `heddle serve` under changes and faults for a long time: what it kept, what it told, and what it took. */
export const soakStage: Stage = async ({ settings, signal, say }) => {
  const { clusters, soakPods, soakMinutes, soakASecond: perSecond } = settings;
  await using world = await startWorld({ clusters, pods: Math.floor(soakPods / clusters), breakable: true }, signal);
  return await withServed(world, { signal }, async (server): Promise<readonly Figure[]> => {
    await untilSynced(server, signal);
    const soaked = await soak(world, server, {
      seconds: soakMinutes * 60,
      perSecond,
      faults: { everyMs: 10_000, awayMs: [2_000, 40_000] },
      random: createSeededRandom(5),
      signal,
      say,
    });
    for (const difference of soaked.differences) say(`missed: ${difference}`);
    const { cut, forgotten, away } = soaked.faults;
    const of = `${soakMinutes} minutes at ${count(perSecond)} changes a second`;
    return [
      { label: `${of}: changes made`, value: soaked.changes, unit: "" },
      { label: "connections of a cluster cut", value: cut, unit: "times" },
      { label: "cut, and its past forgotten (410)", value: forgotten, unit: "times" },
      { label: "a cluster away for up to 40 s", value: away, unit: "times" },
      { label: "events that one subscriber heard", value: soaked.events, unit: "" },
      { label: "stretches that it missed", value: soaked.missed, unit: "", target: "0" },
      {
        label: "objects kept or last heard of that are not as in their cluster",
        value: soaked.differences.length,
        unit: "",
        target: "0",
      },
      { label: "last change → nothing differs", value: soaked.catchUpSeconds, unit: "s" },
      { label: "resident at the beginning", value: soaked.beforeMb, unit: "MB" },
      { label: "resident at the end", value: soaked.afterMb, unit: "MB" },
      {
        label: "resident, slope over the last two thirds, of the lowest of each half minute",
        value: soaked.memory.floor.slope,
        unit: "MB/min",
        target: "≤ 1",
      },
      { label: "its standard error", value: soaked.memory.floor.error, unit: "MB/min" },
      { label: "resident, slope over the last two thirds, of all", value: soaked.memory.whole.slope, unit: "MB/min" },
    ];
  });
};
