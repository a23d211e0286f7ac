import { join } from "node:path";
import { type Figure, percentile } from "../../model.ts";
import { standaloneArgs, startAgent } from "../world/agent.ts";
import { makeNode } from "../world/namespaces.ts";
import { type Call, type Plugin, referencePlugin, type Runtime, startRuntime, type Verb } from "../world/runtime.ts";
import { compare, type Rounds, type Stage, type StageContext } from "./model.ts";

const subjects = ["heddle", "reference"] as const;
type Subject = (typeof subjects)[number];
type Plugins = Readonly<Record<Subject, Plugin>>;

/** Pods before the first that counts: what is read from disk and compiled once. */
const warmUp = 10;
const together = 10;

/** Samples of one measure, by round. */
type Samples = Readonly<Record<Subject, (readonly number[])[]>>;
type World = StageContext & Readonly<{ runtime: Runtime; plugins: Plugins; namespaces: readonly string[] }>;

/**
 * Both plugins on one node, called as a runtime calls them, in turn: a pod's ADD by the one, then another's by the other.
 * Pods stay until all of a round are there.
 */
export const verbsStage: Stage = async (context) => {
  const { settings, signal } = context;
  await using node = await makeNode();
  await using runtime = startRuntime(node.enter);
  const args = await standaloneArgs(node.folder, "10.244.0.0/20");
  const folder = join(node.folder, "agent");
  await using agent = await startAgent({ enter: node.enter, folder, args, signal });
  const plugins = { heddle: agent.plugin, reference: await referencePlugin(node.folder, "10.245.0.0/20") };
  const namespaces = await node.pods.make(2 * Math.max(settings.pods, warmUp));
  const world: World = { ...context, runtime, plugins, namespaces };
  await measure(world, { pods: warmUp, atOnce: 1 });
  const measures = { alone: { add: none(), del: none() }, together: { add: none(), del: none() } };
  for (let round = 1; round <= settings.rounds; round++) {
    for (const [name, atOnce] of [
      ["alone", 1],
      ["together", together],
    ] as const) {
      const { add, del } = await measure(world, { pods: settings.pods, atOnce });
      for (const subject of subjects) {
        measures[name].add[subject].push(add[subject]);
        measures[name].del[subject].push(del[subject]);
      }
      context.say(`round ${round}, ${name}: ADD ${words(add)}; DEL ${words(del)}`);
    }
  }
  const client = await measureClient(world);
  return [
    ...figuresOf("ADD alone", measures.alone.add, { half: true, mostMs: 25 }),
    ...figuresOf("ADD, ten at a time", measures.together.add, { half: true }),
    ...figuresOf("DEL alone", measures.alone.del, { half: true }),
    ...figuresOf("DEL, ten at a time", measures.together.del, { half: true }),
    ...client,
  ];
};

const none = (): Samples => ({ heddle: [], reference: [] });

const words = (times: Readonly<Record<Subject, readonly number[]>>): string =>
  subjects.map((name) => `${name} ${percentile(times[name], 0.5).toFixed(1)} ms`).join(", ");

type Times = Readonly<Record<Subject, number[]>>;

/** `pods` of each: all added, then all deleted, `atOnce` by the one, then as many by the other. */
async function measure(
  { runtime, plugins, namespaces, signal }: World,
  { pods, atOnce }: Readonly<{ pods: number; atOnce: number }>,
): Promise<Readonly<{ add: Times; del: Times }>> {
  const times = { ADD: { heddle: [], reference: [] } as Times, DEL: { heddle: [], reference: [] } as Times };
  for (const verb of ["ADD", "DEL"] as const)
    for (let first = 0; first < pods; first += atOnce) {
      signal.throwIfAborted();
      // Who is first changes.
      const order = (first / atOnce) % 2 === 0 ? subjects : subjects.toReversed();
      for (const subject of order) {
        const indices = Array.from({ length: Math.min(atOnce, pods - first) }, (_, index) => first + index);
        const calls = indices.map((index) => callOf(verb, plugins, { subject, index, namespaces }));
        times[verb][subject].push(...(await runtime.callAll(calls)));
      }
    }
  return { add: times.ADD, del: times.DEL };
}

type Pod = Readonly<{ subject: Subject; index: number; namespaces: readonly string[] }>;

const callOf = (verb: Verb, plugins: Plugins, { subject, index, namespaces }: Pod): Call => ({
  plugin: plugins[subject],
  verb,
  containerId: `${subject}-${index}`,
  netns: namespaces[2 * index + subjects.indexOf(subject)] ?? "",
});

/** The executable started, its answer there, ended: by itself (VERSION), and through the agent (STATUS). */
async function measureClient({ runtime, plugins, signal }: World): Promise<readonly Figure[]> {
  const times: Record<"VERSION" | "STATUS", number[]> = { VERSION: [], STATUS: [] };
  for (let run = 0; run < 300; run++)
    for (const verb of ["VERSION", "STATUS"] as const) {
      signal.throwIfAborted();
      times[verb].push(...(await runtime.callAll([{ plugin: plugins.heddle, verb, containerId: "", netns: "" }])));
    }
  const p50 = (verb: "VERSION" | "STATUS"): number => percentile(times[verb], 0.5);
  return [
    {
      label: "client alone, STATUS: started, through the agent, ended, p50",
      value: p50("STATUS"),
      unit: "ms",
      target: "≤ 2",
    },
    { label: "the same, p99", value: percentile(times.STATUS, 0.99), unit: "ms" },
    { label: "the same without the agent (VERSION), p50", value: p50("VERSION"), unit: "ms" },
  ];
}

function figuresOf(
  label: string,
  samples: Samples,
  { half, mostMs }: Readonly<{ half: boolean; mostMs?: number }>,
): readonly Figure[] {
  const at = (share: number): Rounds => ({
    heddle: samples.heddle.map((times) => percentile(times, share)),
    reference: samples.reference.map((times) => percentile(times, share)),
  });
  const p99 = (subject: Subject): number => percentile(samples[subject].flat(), 0.99);
  return [
    ...compare({ label: `${label}, p50`, unit: "ms", ...(half && { target: "≤ 0.5 ×" }) }, at(0.5)),
    {
      label: `${label}, p99 of all rounds: Heddle`,
      value: p99("heddle"),
      unit: "ms",
      ...(mostMs !== undefined && { target: `≤ ${mostMs} ms` }),
    },
    { label: `${label}, p99 of all rounds: bridge + host-local`, value: p99("reference"), unit: "ms" },
  ];
}
