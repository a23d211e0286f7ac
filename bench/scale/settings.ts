import { chosenOf, type Environment, type KnownNumber, numbersOf, setFor } from "../settings.ts";

/** The parts of the bench, in the order in which they run; HEDDLE_BENCH_STAGES=sync,soak chooses. */
export const stageNames = ["sync", "questions", "changes", "sockets", "large", "restart", "soak"] as const;
export type StageName = (typeof stageNames)[number];

/** Who is compared, as it is called in tables and in the chart. */
export const subjects = {
  engine: "Heddle, in process",
  served: "heddle serve",
  dynamic: "client-go, dynamic",
  typed: "client-go, typed",
  clientNode: "@kubernetes/client-node",
} as const;

export type SubjectName = keyof typeof subjects;
export const subjectNames = Object.keys(subjects) as readonly SubjectName[];

/** How large everything is. What is kept in docs/benchmarks.md is measured as it stands here. */
export type Settings = Readonly<{
  stages: readonly StageName[];
  /** HEDDLE_BENCH_SUBJECTS=engine,typed: who takes part where there are peers. */
  subjects: readonly SubjectName[];
  /** Over all clusters together, where no stage says otherwise. HEDDLE_BENCH_PODS. */
  pods: number;
  /** HEDDLE_BENCH_CLUSTERS. */
  clusters: number;
  /** Each subject's cold syncs; what is told is their median. HEDDLE_BENCH_ROUNDS. */
  rounds: number;
  /** Between the end of a sync and the second look at memory. HEDDLE_BENCH_SETTLE. */
  settleSeconds: number;
  /** HEDDLE_BENCH_RATE, HEDDLE_BENCH_SECONDS: of the changes. */
  changesASecond: number;
  changeSeconds: number;
  /** HEDDLE_BENCH_SOCKET_CLUSTERS: of 50 kinds each. */
  socketClusters: number;
  /** HEDDLE_BENCH_LARGE_CLUSTERS, HEDDLE_BENCH_LARGE_OBJECTS. */
  largeClusters: number;
  largeObjects: number;
  /** HEDDLE_BENCH_SOAK_MINUTES, HEDDLE_BENCH_SOAK_RATE, HEDDLE_BENCH_SOAK_PODS. */
  soakMinutes: number;
  soakASecond: number;
  soakPods: number;
}>;

const shared: readonly StageName[] = ["sync", "questions", "changes", "restart"];

const numbers = {
  pods: ["PODS", 100_000, shared],
  clusters: ["CLUSTERS", 10, [...shared, "soak"]],
  rounds: ["ROUNDS", 3, ["sync"]],
  settleSeconds: ["SETTLE", 15, ["sync", "large", "restart"]],
  changesASecond: ["RATE", 1_000, ["changes"]],
  changeSeconds: ["SECONDS", 60, ["changes"]],
  socketClusters: ["SOCKET_CLUSTERS", 100, ["sockets"]],
  largeClusters: ["LARGE_CLUSTERS", 300, ["large"]],
  largeObjects: ["LARGE_OBJECTS", 300_000, ["large"]],
  soakMinutes: ["SOAK_MINUTES", 30, ["soak"]],
  soakASecond: ["SOAK_RATE", 500, ["soak"]],
  soakPods: ["SOAK_PODS", 20_000, ["soak"]],
} as const satisfies Readonly<Record<string, KnownNumber<StageName>>>;

/** Throws for what is no number above 0 and for a stage or subject that there is not. */
export const settingsOf = (env: Environment): Settings => ({
  ...numbersOf(numbers, env),
  stages: chosenOf(env, "HEDDLE_BENCH_STAGES", stageNames),
  subjects: chosenOf(env, "HEDDLE_BENCH_SUBJECTS", subjectNames),
});

/** Where there are peers. */
const compared: ReadonlySet<StageName> = new Set(["sync", "changes"]);

/** The command that repeats one stage with the same settings. */
export function commandOf(stage: StageName, env: Environment): string {
  const subject = env["HEDDLE_BENCH_SUBJECTS"];
  const some = subject !== undefined && compared.has(stage) ? [`HEDDLE_BENCH_SUBJECTS=${subject}`] : [];
  return [`HEDDLE_BENCH_STAGES=${stage}`, ...some, ...setFor(numbers, stage, env), "npm run bench -- scale"].join(" ");
}
