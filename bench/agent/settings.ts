/** The parts of the bench, in the order in which they run; HEDDLE_BENCH_STAGES=verbs,pods chooses. */
export const stageNames = ["verbs", "flags", "memory", "pods", "traffic"] as const;
export type StageName = (typeof stageNames)[number];

/** How much is measured. What is kept in docs/benchmarks.md is measured as it stands here. */
export type Settings = Readonly<{
  stages: readonly StageName[];
  /** Of each plugin, in turn. HEDDLE_BENCH_ROUNDS. */
  rounds: number;
  /** ADDs alone, and as many ten at a time, of each plugin a round. HEDDLE_BENCH_PODS. */
  pods: number;
  /** Pods of a full node: what is in memory and is reconciled. HEDDLE_BENCH_NODE_PODS. */
  nodePods: number;
  /** Between the agent's start and the look at its memory. HEDDLE_BENCH_SETTLE. */
  settleSeconds: number;
  /** Pods that are created at once, and how often. HEDDLE_BENCH_AT_ONCE, HEDDLE_BENCH_POD_ROUNDS. */
  atOnce: number;
  podRounds: number;
  /** Of one stream. HEDDLE_BENCH_SECONDS. */
  streamSeconds: number;
}>;

type Environment = Readonly<Record<string, string | undefined>>;

type Known = readonly [name: string, usual: number, obeyedBy: readonly StageName[]];

const numbers = {
  rounds: ["ROUNDS", 3, ["verbs", "flags", "traffic"]],
  pods: ["PODS", 100, ["verbs", "flags"]],
  nodePods: ["NODE_PODS", 1_000, ["memory"]],
  settleSeconds: ["SETTLE", 40, ["memory"]],
  atOnce: ["AT_ONCE", 40, ["pods"]],
  podRounds: ["POD_ROUNDS", 3, ["pods"]],
  streamSeconds: ["SECONDS", 3, ["traffic"]],
} as const satisfies Readonly<Record<string, Known>>;

/** Throws for what is no number above 0 and for a stage that there is not. */
export function settingsOf(env: Environment): Settings {
  const values = Object.entries(numbers).map(([key, [name, usual]]) => {
    const value = Number(env[`HEDDLE_BENCH_${name}`] ?? usual);
    if (!(value > 0)) throw new Error(`HEDDLE_BENCH_${name}=${env[`HEDDLE_BENCH_${name}`]}: expected a number above 0`);
    return [key, value];
  });
  return { ...(Object.fromEntries(values) as Omit<Settings, "stages">), stages: stagesOf(env["HEDDLE_BENCH_STAGES"]) };
}

/** All where none is named. */
function stagesOf(named: string | undefined): readonly StageName[] {
  const names: readonly string[] = named?.split(",") ?? stageNames;
  const unknown = names.filter((name) => !stageNames.some((one) => one === name));
  if (unknown.length > 0)
    throw new Error(`HEDDLE_BENCH_STAGES: no "${unknown.join('", "')}": there are ${stageNames.join(", ")}`);
  return stageNames.filter((name) => names.includes(name));
}

/** The command that repeats one stage with the same settings. */
export function commandOf(stage: StageName, env: Environment): string {
  const smaller = Object.values(numbers).flatMap(([name, , obeyedBy]: Known) => {
    const value = env[`HEDDLE_BENCH_${name}`];
    return value === undefined || !obeyedBy.includes(stage) ? [] : [`HEDDLE_BENCH_${name}=${value}`];
  });
  return [`HEDDLE_BENCH_STAGES=${stage}`, ...smaller, "npm run bench -- agent"].join(" ");
}
