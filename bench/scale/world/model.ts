import { type Question } from "../../cluster.ts";
import { type ClusterSize } from "./objects.ts";

/** What a world's process is told when it starts. `pods` is in each cluster. */
export type WorldSize = ClusterSize &
  Readonly<{
    clusters: number;
    /** Each cluster is met through a relay that can break its connections. */
    breakable?: boolean;
  }>;

/** What it says when everything is there. */
export type WorldStarted = Readonly<{
  clusters: readonly (Question & Readonly<{ name: string }>)[];
  objects: number;
  /** Of a pod's text, on average. */
  podBytes: number;
}>;

/**
 * Changes at an even pace for so long. `busy`: the share of the pods that they change in turn, default all; `churn`: some
 * of them make and take away config maps.
 */
export type Storm = Readonly<{ perSecond: number; seconds: number; busy?: number; churn?: boolean }>;

/** A cluster's connections: all cut now; refused until "restore"; cut, and no watch may resume from before. */
export type Fault = Readonly<{ cluster: number; deed: "cut" | "refuse" | "restore" | "forget" }>;

/** Each question with its answer. */
export type WorldAnswers = Readonly<{
  use: Readonly<{ watches: number; pid: number }>;
  storm: Readonly<{ changes: number }>;
  fault: null;
  /** By cluster: "pods team-1/web" → resourceVersion, of every object of the kinds that it has any of. */
  versions: readonly Readonly<Record<string, string>>[];
}>;

export type WorldQuestion =
  | Readonly<{ ask: "use" | "versions" }>
  | Readonly<{ ask: "storm"; storm: Storm }>
  | Readonly<{ ask: "fault"; fault: Fault }>;
