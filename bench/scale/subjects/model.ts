import { type HeardChange } from "../../marks.ts";

/** What every subject prints when it has every pod: the seconds since it began to ask, and how many pods it has. */
export type Synced = Readonly<{ seconds: number; objects: number }>;

/** What it heard, when that is all or its input has ended. */
export type Heard = Readonly<{ heard: readonly HeardChange[] }>;

/** What engine.ts is asked on its standard input. `changes`: so many are heard, 0: until the input ends. */
export type EngineQuestion = Readonly<{ kubeconfigPath: string; relations: boolean; changes: number }>;

/** What it prints, in this order; "related" only where it was asked for. Times are milliseconds. */
export type EngineAnswers = Readonly<{
  synced: Synced & Readonly<{ firstMs: number; blockedP99Ms: number; blockedMaxMs: number; storeBytes: number }>;
  /** `eventMs`: of each change of what a pod relates to; `hopsMs`: of each walk of five hops. */
  related: Readonly<{ eventMs: readonly number[]; hopsMs: readonly number[]; relations: number }>;
  heard: Heard & Readonly<{ blockedP99Ms: number; blockedMaxMs: number }>;
}>;
