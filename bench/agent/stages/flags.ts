import { join } from "node:path";
import { type Figure, median, percentile } from "../../model.ts";
import { type AgentOptions, startAgent, standaloneArgs } from "../world/agent.ts";
import { type BenchNode, makeNode } from "../world/namespaces.ts";
import { residentOf } from "../world/resident.ts";
import { startRuntime } from "../world/runtime.ts";
import { type Stage, type StageContext } from "./model.ts";

const ways = { launched: "as launched", plain: "V8's defaults" } as const;
type Way = keyof typeof ways;

/** What one round of one way showed. */
type Run = Readonly<{ addMs: number; delMs: number; startMs: number; rssMb: number }>;

/** What V8's flags, by which the launcher keeps the agent small, cost: the same work with them and without, in turn. */
export const flagsStage: Stage = async (context) => {
  const { settings, say } = context;
  await using launched = await makeNode();
  await using plain = await makeNode();
  const nodes = { launched, plain };
  const runs: Readonly<Record<Way, Run[]>> = { launched: [], plain: [] };
  const namespaces = {
    launched: await launched.pods.make(settings.pods),
    plain: await plain.pods.make(settings.pods),
  };
  for (let round = 1; round <= settings.rounds; round++)
    for (const way of round % 2 === 1 ? (["launched", "plain"] as const) : (["plain", "launched"] as const)) {
      const run = await measure(context, nodes[way], { namespaces: namespaces[way], plain: way === "plain" });
      say(`round ${round}, ${ways[way]}: ADD ${run.addMs.toFixed(2)} ms, start ${run.startMs.toFixed(0)} ms`);
      runs[way].push(run);
    }
  const pods = settings.pods;
  return [
    ...figuresOf(runs, { key: "addMs", label: "ADD alone, p50", unit: "ms" }),
    ...figuresOf(runs, { key: "delMs", label: "DEL alone, p50", unit: "ms" }),
    ...figuresOf(runs, { key: "startMs", label: `process start → ${pods} pods reconciled`, unit: "ms" }),
    ...figuresOf(runs, { key: "rssMb", label: `resident after ${pods} pods, not yet at rest`, unit: "MB" }),
  ];
};

type Given = Readonly<{ namespaces: readonly string[]; plain: boolean }>;

async function measure({ signal }: StageContext, node: BenchNode, { namespaces, plain }: Given): Promise<Run> {
  const { folder, enter } = node;
  const options: AgentOptions = {
    enter,
    folder: join(folder, "agent"),
    args: await standaloneArgs(folder, "10.244.0.0/20"),
    ...(plain && { v8Flags: [] }),
    signal,
  };
  await using runtime = startRuntime(enter);
  const each = async (verb: "ADD" | "DEL", { plugin }: Awaited<ReturnType<typeof startAgent>>): Promise<number> => {
    const times: number[] = [];
    for (const [index, netns] of namespaces.entries())
      times.push(...(await runtime.callAll([{ plugin, verb, containerId: `${index}`, netns }])));
    return percentile(times, 0.5);
  };
  let addMs: number;
  {
    await using agent = await startAgent(options);
    addMs = await each("ADD", agent);
  }
  await using again = await startAgent(options);
  const { rssMb } = await residentOf(again.pid);
  return { addMs, delMs: await each("DEL", again), startMs: again.startedMs, rssMb };
}

type Aspect = Readonly<{ key: keyof Run; label: string; unit: string }>;

function figuresOf(runs: Readonly<Record<Way, readonly Run[]>>, { key, label, unit }: Aspect): readonly Figure[] {
  const ratio = median(runs.launched.map((run, round) => run[key] / (runs.plain[round]?.[key] ?? NaN)));
  const row = (way: Way): Figure => ({
    label: `${label}: ${ways[way]}`,
    value: median(runs[way].map((run) => run[key])),
    unit,
  });
  return [{ ...row("launched"), ratio: { to: ways.plain, value: ratio } }, row("plain")];
}
