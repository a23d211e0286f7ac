import { type Clock, type HeddleError, type Logger, type Random } from "../../base/index.ts";
import { type Catalog, type Texts } from "../../catalog/index.ts";
import { type FollowStatus } from "../../cluster/index.ts";
import { type Bus } from "../../events/index.ts";
import { type Fleet } from "../../fleet/index.ts";
import { type ClusterId, type Resource } from "../../model/index.ts";
import { type ListTaker } from "../intake/model.ts";
import { type Store } from "../model.ts";
import { type RecorderState } from "./recorder.ts";

export type LiveDeps = Readonly<{
  fleet: Fleet;
  store: Store;
  catalog: Catalog;
  /** Where objects are kept for the next start; undefined: nowhere. */
  texts?: Texts | undefined;
  bus: Bus;
  /** Takes first lists in, with the store's relations; undefined: each is read as any other change is. Not closed. */
  taker?: ListTaker | undefined;
  clock: Clock;
  random: Random;
  log: Logger;
}>;

export type LiveOptions = Readonly<{
  /** Initial lists in flight over the whole fleet. Default 10. */
  workerPoolSize?: number | undefined;
  /** How long objects of a lost cluster or a forbidden kind are kept, stale. Default 5 minutes. */
  cacheTtlMs?: number | undefined;
  /** Objects and events that may wait in memory while the catalog cannot write. Default 50,000. */
  keepUnrecorded?: number | undefined;
  /** Between two rounds in which what changed is kept in `texts`. Default 10 seconds. */
  keepEveryMs?: number | undefined;
  /** Between two comparisons of the store with a list of uid and resourceVersion. Default 10 minutes. */
  resyncPeriodMs?: number | undefined;
}>;

/** How one kind of one cluster is followed. */
export type KindProgress = Readonly<{
  resource: Resource;
  status: FollowStatus | "waiting";
  /** All of it has been told once. */
  listed: boolean;
  reason: string;
  error?: HeddleError;
  /** Conversations that had to be begun again. */
  restarts: number;
  /** Differences that a resync found and mended. */
  mended: number;
}>;

/** How far one cluster is. */
export type ClusterProgress = Readonly<{
  cluster: ClusterId;
  /** Everything discovered and chosen has been listed once, or may not be. */
  synced: boolean;
  /** Milliseconds from the start to `synced`. */
  syncMs?: number;
  objects: number;
  kinds: readonly KindProgress[];
  /** Why the cluster is not followed now. */
  error?: HeddleError;
  /** When anything last came from the cluster. */
  lastChangeAtMs?: number;
}>;

/** The feed: follows every kind of every cluster of a fleet into the store, the catalog and the bus. */
export type Live = AsyncDisposable &
  Readonly<{
    /** Follows from now on, clusters that are added later too. More than once is the same as once. */
    start(): void;
    /** In the fleet's order. */
    progress(): readonly ClusterProgress[];
    /** Every cluster once, then each whose progress changed, the latest only; ends with the signal or the feed. */
    changes(signal: AbortSignal): AsyncIterable<ClusterProgress>;
    /** Whether what was found is recorded: while it cannot be, the store is live and subscribers wait. */
    recording(): RecorderState;
    /** Resolves when the first cluster can be asked: one kind of it is live. */
    ready(signal: AbortSignal): Promise<void>;
  }>;
