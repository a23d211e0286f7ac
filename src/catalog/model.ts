import { type Clock, type Logger } from "../base/index.ts";
import { type EventLog, type EventRecord, type NewEvent } from "../events/index.ts";
import { type ClusterId } from "../model/index.ts";

/** A kind as recorded: what holds for one version holds for all. `plural` is what the API calls it. */
export type RecordedKind = Readonly<{
  group: string;
  kind: string;
  version: string;
  plural: string;
  namespaced: boolean;
  /**
   * A resourceVersion: all that changed up to it was told, as far as it was told by a watch in its order. Missing where
   * none is known; a batch without it leaves what is recorded.
   */
  toldTo?: string;
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

/** `text` may be asked twice, when a transaction is tried again. */
export type UnrecordedEvent = NewEvent;

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
    /**
     * Everything recorded of one kind, in slices between which the event loop turns; empty when the kind was never
     * complete. What is recorded meanwhile may be in it or not.
     */
    objects(cluster: ClusterId, kind: Pick<RecordedKind, "group" | "kind">): AsyncIterable<readonly RecordedObject[]>;
    /**
     * Resolves with the events as recorded once all of it is committed; many batches share one transaction. Batches are
     * recorded in the order of the calls. Fails with HEDDLE_CATALOG_… and nothing of the batch recorded.
     */
    record(batch: CatalogBatch): Promise<readonly EventRecord[]>;
    dropKind(cluster: ClusterId, kind: Pick<RecordedKind, "group" | "kind">): Promise<void>;
    /** Everything but its past events, which stay in the log until they are trimmed. */
    dropCluster(cluster: ClusterId): Promise<void>;
    /**
     * Sequences grow by one from event to event and never go back: a catalog that begins anew begins after all that the
     * former one told.
     */
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
  /** How often a damaged record was set aside and begun anew by this process, at its opening or later. */
  renewed: number;
  /** What happened to the record, in sentences, newest last. */
  notes: readonly string[];
}>;

export type CatalogDeps = Readonly<{ clock: Clock; log: Logger }>;

export type MemoryCatalogOptions = Readonly<{ limits?: LogLimits | undefined }>;

export type CatalogOptions = MemoryCatalogOptions &
  Readonly<{
    /** Made if it is missing; nothing else may be kept in it. */
    folder: string;
    /** Between two commits of batches, unless enough of them wait. Default 20. */
    commitEveryMs?: number | undefined;
  }>;

/** How much of the past is held: whichever limit is met first. Bytes are those of the events' texts. */
export type LogLimits = Readonly<{ events: number; bytes: number }>;

export const defaultLogLimits: LogLimits = { events: 100_000, bytes: 256 * 1024 * 1024 };
