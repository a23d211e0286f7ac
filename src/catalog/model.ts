import { type Clock, type Logger } from "../base/index.ts";
import { type EventLog, type EventRecord } from "../events/index.ts";
import { type ClusterId } from "../model/index.ts";

/** A kind as recorded: what holds for one version holds for all. `plural` is what the API calls it. */
export type RecordedKind = Readonly<{
  group: string;
  kind: string;
  version: string;
  plural: string;
  namespaced: boolean;
}>;

/** What is recorded of one object: enough to tell that it changed or vanished while nobody watched. */
export type RecordedObject = Readonly<{ uid: string; namespace: string; name: string; resourceVersion: string }>;

/** An object is there in this version, or gone. */
export type ObjectEntry =
  | Readonly<{ type: "present"; object: RecordedObject }>
  | Readonly<{ type: "gone"; uid: string }>;

/** What belongs together: it is recorded whole or not at all. */
export type CatalogBatch = Readonly<{
  cluster: ClusterId;
  /** Missing for a batch of events only. */
  kind?: RecordedKind;
  objects: readonly ObjectEntry[];
  /** Without their sequence: recording gives it, in order. */
  events: readonly UnrecordedEvent[];
  /** The kind's first list is whole: what is recorded of it from here on is all of it. */
  complete?: boolean;
}>;

/** `text` makes the event's JSON once its sequence is known. */
export type UnrecordedEvent = Omit<EventRecord, "sequence" | "text"> & Readonly<{ text(sequence: number): string }>;

/** One cluster as recorded; `uid` is that of its kube-system, by which a cluster is known. */
export type RecordedCluster = Readonly<{ id: ClusterId; uid: string; syncedAtMs?: number }>;

/**
 * The durable record: which objects exist in which version, and what changed lately. Kept in memory, in SQLite, later
 * in PostgreSQL: one contract suite for all.
 */
export type Catalog = AsyncDisposable &
  Readonly<{
    clusters(): Promise<readonly RecordedCluster[]>;
    /** Makes or changes the cluster's record; with another uid than before, everything else recorded of it is dropped. */
    setCluster(cluster: RecordedCluster): Promise<void>;
    /** Kinds whose first list was once whole. */
    kinds(cluster: ClusterId): Promise<readonly RecordedKind[]>;
    /** Everything recorded of one kind, in slices; empty when the kind was never complete. */
    objects(cluster: ClusterId, kind: Pick<RecordedKind, "group" | "kind">): AsyncIterable<readonly RecordedObject[]>;
    /**
     * Resolves with the events as recorded once all of it is committed; many batches share one transaction. Batches are
     * recorded in the order of the calls. Fails with HEDDLE_CATALOG_… and nothing of the batch recorded.
     */
    record(batch: CatalogBatch): Promise<readonly EventRecord[]>;
    dropKind(cluster: ClusterId, kind: Pick<RecordedKind, "group" | "kind">): Promise<void>;
    dropCluster(cluster: ClusterId): Promise<void>;
    log: EventLog;
    stats(): CatalogStats;
  }>;

export type CatalogStats = Readonly<{
  /** Objects recorded, and events held by the log. */
  objects: number;
  events: number;
  /** Of all files together. */
  bytes: number;
  /** Batches that wait for their commit. */
  waiting: number;
}>;

export type CatalogDeps = Readonly<{ clock: Clock; log: Logger }>;

/** How much of the past is held: whichever limit is met first. */
export type LogLimits = Readonly<{ events: number; bytes: number }>;

export const defaultLogLimits: LogLimits = { events: 100_000, bytes: 256 * 1024 * 1024 };
