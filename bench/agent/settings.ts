import { chosenOf, type Environment, type KnownNumber, numbersOf, setFor } from "../settings.ts";

/**
 * The parts of the bench, in the order in which they run; HEDDLE_BENCH_STAGES=verbs,pods chooses. Pods are last: what a
 * burst of them leaves to do is not to be in another's figures.
 */
export const stageNames = ["verbs", "flags", "memory", "traffic", "pods"] as const;
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
  /** Streams of each plugin and way, and how long one is. HEDDLE_BENCH_STREAM_ROUNDS, HEDDLE_BENCH_SECONDS. */
  streamRounds: number;
  streamSeconds: number;
}>;

const numbers = {
  rounds: ["ROUNDS", 3, ["verbs", "flags"]],
  pods: ["PODS", 100, ["verbs", "flags"]],
  nodePods: ["NODE_PODS", 1_000, ["memory"]],
  settleSeconds: ["SETTLE", 40, ["memory"]],
  atOnce: ["AT_ONCE", 40, ["pods"]],
  podRounds: ["POD_ROUNDS", 9, ["pods"]],
  streamRounds: ["STREAM_ROUNDS", 10, ["traffic"]],
  streamSeconds: ["SECONDS", 3, ["traffic"]],
} as const satisfies Readonly<Record<string, KnownNumber<StageName>>>;

/** Throws for what is no number above 0 and for a stage that there is not. */
export const settingsOf = (env: Environment): Settings => ({
  ...numbersOf(numbers, env),
  stages: chosenOf(env, "HEDDLE_BENCH_STAGES", stageNames),
});

/** The command that repeats one stage with the same settings. */
export const commandOf = (stage: StageName, env: Environment): string =>
  [`HEDDLE_BENCH_STAGES=${stage}`, ...setFor(numbers, stage, env), "npm run bench -- agent"].join(" ");
