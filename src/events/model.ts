import { type ClusterId, type KubeObject, type ObjectRef } from "../model/index.ts";

/** What a change is called on the outside. `synced` stands once for everything that a first sync of a cluster found. */
export type ChangeEventType =
  | "kubernetes.resource.created"
  | "kubernetes.resource.updated"
  | "kubernetes.resource.deleted"
  | "kubernetes.cluster.synced";

/**
 * A CloudEvent 1.0 in its JSON form. `id` is the same whenever the same change is told again; `sequence` (the Sequence
 * extension) is its place in the log. `cluster` and `finalstate` are extension attributes of Heddle's own.
 */
export type ChangeEvent = Readonly<{
  specversion: "1.0";
  id: string;
  /** "/clusters/prod" */
  source: string;
  type: ChangeEventType;
  /** "apps/deployments/default/web", "core/nodes/node-1"; of a cluster its id. */
  subject: string;
  /** RFC 3339: when Heddle saw it. */
  time: string;
  datacontenttype: "application/json";
  cluster: ClusterId;
  sequence: string;
  /** Of a deleted object: whether the API server told its last state. */
  finalstate?: "known" | "unknown";
  /** The object as stored: no managedFields, no values of a Secret; of a sync what it found. */
  data: KubeObject | SyncSummary;
}>;

export type SyncSummary = Readonly<{ kinds: number; objects: number }>;

/** One event as the log and the bus hold it: the parts that filters ask for, and the whole as text. */
export type EventRecord = Readonly<{
  /** Grows from event to event within one log, not always by one. */
  sequence: number;
  id: string;
  type: ChangeEventType;
  cluster: ClusterId;
  /** Undefined for `kubernetes.cluster.synced`. */
  ref?: ObjectRef;
  labels: Readonly<Record<string, string>>;
  /** The ChangeEvent as JSON. */
  text: string;
}>;

/** An event before its log gave it a place. `text` makes its JSON once the sequence is known. */
export type NewEvent = Omit<EventRecord, "sequence" | "text"> & Readonly<{ text(sequence: number): string }>;

/** What a subscriber gets, in order: events, or that those from `from` up to `to` are lost to it. */
export type Delivery =
  | Readonly<{ type: "events"; records: readonly EventRecord[] }>
  | Readonly<{ type: "missed"; from: number; to: number }>;

/** Hands events to any number of subscribers. Here in this process; later over NATS. */
export type Bus = Readonly<{
  /** In order of their sequences, each greater than all before. Never waits for a subscriber. */
  publish(records: readonly EventRecord[]): void;
  /**
   * Every event after the sequence `after` (default: from now on), in order, until the signal aborts or the bus closes.
   * A subscriber that is slower than the ring is long, or asks for what is no longer held, is told `missed` and goes on
   * with the oldest that is held. Whatever its pace, it holds no memory of its own.
   */
  subscribe(options: Readonly<{ after?: number | undefined; signal: AbortSignal }>): AsyncIterable<Delivery>;
  stats(): BusStats;
  /** Subscriptions end. */
  close(): void;
}>;

export type BusStats = Readonly<{
  subscribers: number;
  /** Places in the sequence that subscribers were told they missed, since the start. */
  missed: number;
  held: number;
  heldBytes: number;
  /** Of the newest event that was published; 0 before the first. */
  last: number;
}>;

/** The bounded record of past events. */
export type EventLog = Readonly<{
  /** Of the oldest event held, and the newest ever recorded; `first` is `last + 1` when none is held. */
  bounds(): Readonly<{ first: number; last: number }>;
  /** Events after the sequence `after`, oldest first, at most `limit`. */
  read(after: number, limit: number): Promise<readonly EventRecord[]>;
  /** Events before the sequence `before`, newest first, at most `limit` and at most 500: asked again for those before. */
  readBack(before: number, limit: number): Promise<readonly EventRecord[]>;
}>;
