import { type HeddleError } from "../base/index.ts";
import { type ClusterInfo, type ClusterSummary } from "./cluster-state.ts";
import { type ClusterId } from "./ids.ts";
import { type KubeObject } from "./object.ts";
import { type Resource } from "./resource.ts";

/** What is asked of every chosen cluster. */
export type ResourceQuery = Readonly<{
  /** A kind as people write it: plural, singular, short name, kind, `kind.group`, `kind.version.group`; any case. */
  kind: string;
  clusters: readonly ClusterId[];
  /** Undefined: all namespaces. Ignored for kinds that are not namespaced. */
  namespace?: string | undefined;
  /** Only these; undefined: all. A name that does not exist is an error of that cluster. */
  names?: readonly string[] | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** For tables: objects may lack managedFields, which are half of a list's bytes. */
  brief?: boolean | undefined;
  /** Asks the clusters themselves, past whatever is kept. */
  live?: boolean | undefined;
}>;

/** How far an answer can be trusted: asked just now, kept current, or last known at a time. */
export type Freshness =
  | Readonly<{ state: "direct" | "live" }>
  | Readonly<{ state: "catching-up" | "stale"; sinceMs: number }>;

/** One cluster's part of an answer: either a value, or why there is none. One cluster's failure is never another's. */
export type ClusterAnswer<T> =
  | Readonly<{ cluster: ClusterId; ok: true; value: T; freshness: Freshness }>
  | Readonly<{ cluster: ClusterId; ok: false; error: HeddleError; value?: T }>;

export type ObjectList = Readonly<{ resource: Resource; objects: readonly KubeObject[] }>;

/**
 * One question, answered alike by the clusters directly or by the store. Answers come as clusters give them, in any
 * order, exactly one for each cluster asked. Only an abort of `signal` makes an iteration throw.
 */
export type Reader = Readonly<{
  /** Every cluster of the fleet, in the order of its configuration; contacts none. */
  clusters(): readonly ClusterInfo[];
  /** Health and counts, asked anew. */
  summaries(clusters: readonly ClusterId[], signal: AbortSignal): AsyncIterable<ClusterSummary>;
  /** What each cluster serves, preferred versions only. */
  resources(clusters: readonly ClusterId[], signal: AbortSignal): AsyncIterable<ClusterAnswer<readonly Resource[]>>;
  /** A category ("all") is no kind: it fails with HEDDLE_FLEET_SEVERAL_KINDS and the kinds that it means in `details.kinds`. */
  list(query: ResourceQuery, signal: AbortSignal): AsyncIterable<ClusterAnswer<ObjectList>>;
  /** Like `list`, then every change as it comes, until the signal aborts. */
  watch(query: ResourceQuery, signal: AbortSignal): AsyncIterable<ClusterAnswer<WatchedList>>;
}>;

/** `initial` is true for the first answer of a cluster: all objects that match. Later ones hold changes only. */
export type WatchedList = Readonly<{
  resource: Resource;
  initial: boolean;
  objects: readonly KubeObject[];
  deleted: readonly KubeObject[];
}>;
