import { type HeardChange } from "../marks.ts";

/** What engine.ts is asked, on its standard input. */
export type EngineQuestion = Readonly<{ kubeconfigPath: string; pods: number; shards: number; changes: number }>;

/** What a process tells of its first list. */
export type Synced = Readonly<{ seconds: number; cpuSeconds: number; rssBytes: number; objects: number }>;

/** What a process heard, and its memory then. */
export type Heard = Readonly<{ heard: readonly HeardChange[]; rssBytes: number }>;

/** What engine.ts prints, in this order. Times are milliseconds. */
export type EngineAnswers = Readonly<{
  synced: Synced & Readonly<{ blockedP99Ms: number; blockedMaxMs: number }>;
  /** 95 of 100 are no slower. */
  asked: Readonly<{ pageMs: number; labelledMs: number }>;
  /** `applyMs`: of each batch, by the number of its changes. */
  heard: Heard & Readonly<{ applyMs: readonly number[]; blockedP99Ms: number }>;
}>;
