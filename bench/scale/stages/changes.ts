import { type Child } from "../../child.ts";
import { sentMsOf, type HeardChange } from "../../marks.ts";
import { type Figure, median, percentile } from "../../model.ts";
import { useOf } from "../../process.ts";
import { settledPart, trendOf, watchMemory } from "../../slope.ts";
import { type Aspect, figuresOf } from "../figures.ts";
import { type EngineAnswers, type Heard } from "../subjects/model.ts";
import { type PeerName, startEngine, startPeer } from "../subjects/subjects.ts";
import { type World } from "../world/world.ts";
import { count, inTurn, type Run, type Stage, type StageContext } from "./model.ts";
import { untilSynced, withServed } from "./sync-served.ts";

/** A tenth of the pods changes again and again: what only grows the first time is not taken for what grows for ever. */
const busy = 0.1;
/** How long after the last change the last subscriber may still wait. */
const patienceMs = 30_000;

const aspectsOf = ({ changesASecond, changeSeconds }: StageContext["settings"]): readonly Aspect[] => [
  {
    key: "p99",
    label: `change → subscriber, ${count(changesASecond)} a second for ${changeSeconds} s, p99`,
    unit: "ms",
    target: "≤ 250",
    against: ["dynamic"],
  },
  { key: "median", label: "the same, median", unit: "ms", against: ["dynamic"] },
  { key: "beforeMb", label: "resident before the changes", unit: "MB", against: ["dynamic"] },
  { key: "afterMb", label: "resident after them", unit: "MB", against: ["dynamic"] },
  { key: "slope", label: "resident, slope over their last two thirds", unit: "MB/min", target: "flat" },
  { key: "cpuPercent", label: "CPU meanwhile, of one core", unit: "%", against: ["dynamic"] },
  { key: "blockedMs", label: "event loop blocked meanwhile, p99", unit: "ms", target: "≤ 50" },
];

/**
 * The API servers change pods by themselves, with the time in an annotation: how long until a subscriber has it in its
 * hands. In process that is a reader of the change stream, with `heddle serve` a client of /api/changes.
 */
export const changesStage: Stage = async (context) => {
  const world = await context.world();
  const { settings } = context;
  const changes = settings.changesASecond * settings.changeSeconds;
  const peer = (name: PeerName) => async () =>
    withChild(startPeer(world, { peer: name, informer: await context.informer(), changes }), world, context);
  const runs = await inTurn(
    [
      ["engine", () => withChild(startEngine(world, { changes }), world, context)],
      ["served", () => hearServed(world, context)],
      ["dynamic", peer("dynamic")],
      ["typed", peer("typed")],
      ["clientNode", peer("clientNode")],
    ],
    context,
    1,
  );
  return [
    ...figuresOf(aspectsOf(settings), runs),
    ...(settings.subjects.includes("engine") ? await relationFigures(world, context) : []),
  ];
};

type Hearing = Readonly<{ pid: number; heard: Promise<readonly HeardChange[]>; giveUp: () => void }>;

/** Lets the world change, hears it to the end, and looks at the process's memory all the while. */
async function hearStorm({ pid, heard, giveUp }: Hearing, world: World, { settings }: StageContext): Promise<Run> {
  const { changesASecond: perSecond, changeSeconds: seconds } = settings;
  const before = await useOf(pid);
  const stop = new AbortController();
  const watching = watchMemory(pid, { signal: stop.signal });
  heard.catch(() => {});
  const sinceMs = performance.now();
  const { changes } = await world.storm({ perSecond, seconds, busy });
  const patience = setTimeout(giveUp, patienceMs);
  const all = await heard.finally(() => clearTimeout(patience));
  const tookMs = performance.now() - sinceMs;
  stop.abort();
  const samples = await watching;
  const after = await useOf(pid);
  const delays = [...new Map(all).entries()].map(([mark, atMs]) => atMs - sentMsOf(mark));
  if (delays.length !== changes) throw new Error(`${delays.length} changes of ${changes} were heard`);
  return {
    p99: percentile(delays, 0.99),
    median: median(delays),
    beforeMb: before.rssBytes / 1e6,
    afterMb: after.rssBytes / 1e6,
    slope: trendOf(settledPart(samples)).slope,
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / (tookMs / 1_000)) * 100,
  };
}

/** A process that prints what it heard when that is all, or when its input ends. */
async function withChild(started: Child, world: World, context: StageContext): Promise<Run> {
  await using child = started;
  await child.next();
  let blockedMs: number | undefined;
  const heard = child.next<Heard & Partial<EngineAnswers["heard"]>>().then((answer) => {
    blockedMs = answer.blockedP99Ms;
    return answer.heard;
  });
  const run = await hearStorm({ pid: child.pid, heard, giveUp: () => child.finish() }, world, context);
  return { ...run, ...(blockedMs !== undefined && { blockedMs }) };
}

const hearServed = (world: World, context: StageContext): Promise<Run> =>
  withServed(world, context, async (server) => {
    await untilSynced(server, context.signal);
    const until = new AbortController();
    const { changesASecond, changeSeconds } = context.settings;
    const { heard } = await server.hear(changesASecond * changeSeconds, until.signal);
    return hearStorm({ pid: server.pid, heard, giveUp: () => until.abort() }, world, context);
  });

async function relationFigures(world: World, { settings, say }: StageContext): Promise<readonly Figure[]> {
  await using child = startEngine(world, { relations: true });
  await child.next();
  const { eventMs, hopsMs, relations } = await child.next<EngineAnswers["related"]>();
  say(`a walk of five hops finds ${relations} relations`);
  const at = `at ${count(settings.pods)} pods`;
  return [
    { label: `a change of what a pod relates to, ${at}, median`, value: median(eventMs) * 1_000, unit: "µs" },
    {
      label: `a change of what a pod relates to, ${at}, p99`,
      value: percentile(eventMs, 0.99) * 1_000,
      unit: "µs",
      target: "≤ 1,000",
    },
    { label: `walk of 5 hops, ${at}, p95`, value: percentile(hopsMs, 0.95), unit: "ms", target: "≤ 50" },
  ];
}
