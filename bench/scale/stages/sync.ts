import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child } from "../../child.ts";
import { useOf } from "../../process.ts";
import { renderChart } from "../chart.ts";
import { type Aspect, figuresOf } from "../figures.ts";
import { type SubjectName, subjectNames } from "../settings.ts";
import { type EngineAnswers, type Synced } from "../subjects/model.ts";
import { type PeerName, startEngine, startPeer } from "../subjects/subjects.ts";
import { syncChart } from "../sync-chart.ts";
import { type World } from "../world/world.ts";
import { inTurn, type Run, type Stage, type StageContext } from "./model.ts";
import { syncServed } from "./sync-served.ts";

const peers: readonly SubjectName[] = ["dynamic", "typed", "clientNode"];

const aspects: readonly Aspect[] = [
  {
    key: "rssMb",
    label: "resident when synced",
    unit: "MB",
    target: "≤ 0.2 dynamic, < 1 typed, ≤ 0.25 client-node",
    against: peers,
  },
  { key: "settledMb", label: "resident a while later", unit: "MB", against: peers },
  { key: "peakMb", label: "highest until then", unit: "MB", against: peers },
  { key: "seconds", label: "cold sync", unit: "s", target: "≤ 0.33 dynamic, ≤ 1 typed", against: peers },
  { key: "cpuSeconds", label: "CPU time until synced, process start included", unit: "s", against: peers },
  { key: "listeningMs", label: "process start → listening", unit: "ms" },
  { key: "firstMs", label: "process start → first answer with 100 pods", unit: "ms", target: "≤ 2,000" },
  { key: "whileSyncing", label: "that answer came while the sync went on (1: yes)", unit: "", target: "1" },
  { key: "blockedMs", label: "event loop blocked while syncing, p99", unit: "ms", target: "≤ 50" },
  { key: "blockedMaxMs", label: "event loop blocked while syncing, at most", unit: "ms" },
];

/** Every subject from nothing to all pods, one after the other in each round, each in a process of its own. */
export const syncStage: Stage = async (context) => {
  const world = await context.world();
  const peer = (name: PeerName) => async (): Promise<Run> => {
    await using child = startPeer(world, { peer: name, informer: await context.informer() });
    return await measured(child, await child.next<Synced>(), context);
  };
  const runs = await inTurn(
    [
      ["engine", () => syncEngine(world, context)],
      ["served", () => syncServed(world, context)],
      ["dynamic", peer("dynamic")],
      ["typed", peer("typed")],
      ["clientNode", peer("clientNode")],
    ],
    context,
    context.settings.rounds,
  );
  const figures = figuresOf(aspects, runs);
  if (runs.size < subjectNames.length) return figures;
  const picture = renderChart(syncChart(runs, { ...context.settings, cores: availableParallelism() }));
  return { figures, files: { "scale.svg": picture } };
};

async function syncEngine(world: World, context: StageContext): Promise<Run> {
  await using child = startEngine(world);
  const synced = await child.next<EngineAnswers["synced"]>();
  return {
    ...(await measured(child, synced, context)),
    firstMs: synced.firstMs,
    blockedMs: synced.blockedP99Ms,
    blockedMaxMs: synced.blockedMaxMs,
    storeMb: synced.storeBytes / 1e6,
  };
}

/** What the kernel says of the process, right now and after a while. */
async function measured(
  { pid }: Pick<Child, "pid">,
  { seconds, objects }: Synced,
  { settings, signal }: StageContext,
): Promise<Run> {
  const now = await useOf(pid);
  const expected = Math.floor(settings.pods / settings.clusters) * settings.clusters;
  if (objects !== expected) throw new Error(`${objects} pods of ${expected} were seen`);
  await sleep(settings.settleSeconds * 1_000, undefined, { signal });
  const later = await useOf(pid);
  return {
    seconds,
    cpuSeconds: now.cpuSeconds,
    rssMb: now.rssBytes / 1e6,
    peakMb: now.peakBytes / 1e6,
    settledMb: later.rssBytes / 1e6,
  };
}
