import { type Clock } from "../base/index.ts";
import {
  type Change,
  type ClusterId,
  type Freshness,
  type HealthWord,
  type KubeObject,
  type ObjectRef,
  type Resource,
} from "../model/index.ts";
import { type KeptReader, type KeptWriter, type TakenBatch } from "./intake/model.ts";
import { type KindRef } from "./kind-ref.ts";
import { type Relations, type RelationsQuery } from "./relations/model.ts";
import { type Allocate } from "./text/scratch.ts";

/** `allocate` gives every buffer that objects' bytes ever lie in; default Buffer.allocUnsafeSlow. */
export type StoreDeps = Readonly<{ clock: Clock; allocate?: Allocate }>;

/** `relations` false (`enable_relationships: false`): none are kept, which saves their index. Default true. */
export type StoreOptions = Readonly<{ relations?: boolean | undefined }>;

/** Identity without version or uid: what is in the store under this name now. */
export type ObjectName = KindRef & Readonly<{ cluster: ClusterId; namespace?: string; name: string }>;

/** How far a kind's followers are. "catching-up" until the first list is whole, and again after a gap. */
export type FreshnessState = "live" | "catching-up" | "stale";

/** One object as stored: no managedFields, and no values of a Secret. `text` is its JSON in UTF-8. */
export type StoredObject = Readonly<{
  ref: ObjectRef;
  text: Buffer;
  /** Parses `text`. */
  object(): KubeObject;
}>;

/**
 * What to find: all parts must hold, a part left out holds always, an empty list never does. `status` are words of
 * model's `statusOf`; `owner` is the uid of any owner; `node` is a Pod's spec.nodeName.
 */
export type StoreQuery = Readonly<{
  clusters?: readonly ClusterId[] | undefined;
  kinds?: readonly KindRef[] | undefined;
  /** Only what is in one of these: cluster-wide objects are in "" alone. */
  namespaces?: readonly string[] | undefined;
  names?: readonly string[] | undefined;
  uid?: string | undefined;
  owner?: string | undefined;
  node?: string | undefined;
  status?: readonly string[] | undefined;
  /** "healthy", "progressing", "unhealthy". */
  health?: readonly string[] | undefined;
  /** Part of the name, in small or capital letters. */
  search?: string | undefined;
  /** Kubernetes' grammar, whole. */
  labelSelector?: string | undefined;
  /** Kubernetes' grammar; any kind's own fields, and any other path of a scalar ("spec.replicas"). */
  fieldSelector?: string | undefined;
  sort?: Sort | undefined;
  /** Objects a page; default all. */
  limit?: number | undefined;
  /** `Page.next` of the page before, asked with the same sort. */
  cursor?: string | undefined;
  /**
   * Leaves out as many objects before the page: for who leaps, as a scroll bar does; a cursor costs less, and the two
   * exclude each other. Objects that come and go meanwhile move what is behind them.
   */
  offset?: number | undefined;
}>;

/** What is not asked here: a count looks at everything that matches. */
export type CountQuery = Omit<StoreQuery, "sort" | "limit" | "cursor" | "offset">;

export type CountBy = "cluster" | "kind" | "namespace" | "status" | "health";

/** How many objects share what was counted by; a part is missing where it was not, or where objects have none. */
export type CountGroup = Readonly<{
  cluster?: ClusterId;
  kind?: KindRef;
  namespace?: string;
  status?: string;
  health?: HealthWord;
  count: number;
}>;

/** `groups`: the largest first, equal ones in order of cluster, kind, namespace, status, health. */
export type StoreCounts = Readonly<{ total: number; groups: readonly CountGroup[] }>;

/**
 * "identity" (the default): cluster, group, kind, namespace, name. "age": youngest first. Else the name of an attribute
 * ("restarts"), or the path of a scalar ("spec.replicas"): objects without it first, then false, true, numbers, texts
 * by UTF-16 code units. Equal keys stand in order of identity. "cluster", "kind", "namespace", "status", "health", "createdAt",
 * "node" of pods and "phase" are in memory; for all others every object that matches has to be parsed (about 30 µs each).
 */
export type Sort = Readonly<{ by: "identity" | "name" | "age" | "status" | (string & {}); descending?: boolean }>;

/** How far the asked kinds of one cluster can be trusted: the worst of them. */
export type ClusterFreshness = Readonly<{ cluster: ClusterId; freshness: Freshness }>;

/**
 * A page of an answer. `json` is a JSON list of the objects, joined without parsing; `objects` look into it. A page may
 * be shorter than its limit though `next` goes on: objects that changed while it was made are left out if they no
 * longer match.
 */
export type Page = Readonly<{
  json: Buffer;
  objects: readonly StoredObject[];
  next?: string;
  freshness: readonly ClusterFreshness[];
  /** The store's revision when the query began: all that had changed by then is in the page, later changes may be. */
  revision: number;
}>;

/** What was applied at once, pruned as it is stored; `revision` is that of the last change. */
export type AppliedChanges = Readonly<{
  cluster: ClusterId;
  resource: Resource;
  changes: readonly Change[];
  revision: number;
}>;

/**
 * How far one kind of one cluster is known. `complete`: its first list was once whole, so that what is not there did
 * not exist, at the time that `freshness` tells.
 */
export type KindState = Readonly<{ resource: Resource; freshness: Freshness; complete: boolean }>;

/** What became of one kind: `state` undefined when it was dropped. */
export type KindChange = Readonly<{ cluster: ClusterId; resource: Resource; state: KindState | undefined }>;

/** One kind of one cluster: how many objects, the bytes that hold their texts, and the bytes of the texts themselves. */
export type KindStats = Readonly<{
  cluster: ClusterId;
  resource: Resource;
  freshness: Freshness;
  objects: number;
  heldBytes: number;
  textBytes: number;
}>;

/** Everything that is known of all clusters, in memory. */
export type Store = Readonly<{
  /**
   * Takes changes in, in order; all are visible and the indexes current when it returns. Synchronous: whoever feeds it
   * keeps batches to a few hundred objects (about 30 µs each) and lets the event loop turn between them. A delete of
   * another uid than the stored one is an old one and changes nothing; listeners are not told of it.
   */
  apply(cluster: ClusterId, resource: Resource, changes: readonly Change[]): void;
  /** Stores objects that a `ListTaker` took in, or a `KeptReader` read. Listeners are told as by `apply`. */
  take(cluster: ClusterId, resource: Resource, batch: TakenBatch): void;
  /** For blocks of objects of the kind, as they are stored, that a later process can take without parsing them. */
  keeping(cluster: ClusterId, kind: KindRef): KeptWriter;
  /** Reads such blocks. */
  restoring(kind: KindRef): KeptReader;
  /** What was restored is all of the kind as it was then: complete, and catching up since (milliseconds since the epoch). */
  restored(target: Readonly<{ cluster: ClusterId; resource: Resource }>, sinceMs: number): void;
  /** A kind that was not known is known from here on, with no objects. */
  setFreshness(target: Readonly<{ cluster: ClusterId; resource: Resource }>, state: FreshnessState): void;
  /** The cluster's objects, indexes and buffers are gone; no listener is told of single objects. */
  dropCluster(cluster: ClusterId): void;
  /** The same for one kind, when it is no longer served or followed. */
  dropKind(cluster: ClusterId, resource: KindRef): void;
  /** Grows by one with each change that was applied. */
  revision(): number;
  get(name: ObjectName): StoredObject | undefined;
  getByUid(cluster: ClusterId, uid: string): StoredObject | undefined;
  /** Who set a field of an object, as managedFields told; `path` as in `ownersOfField`. The digest itself: "" if none. */
  fieldDigest(name: ObjectName): string;
  /**
   * Finds, sorts and pages. Lets the event loop turn every few milliseconds; an object that exists and matches all the
   * while is on exactly one page, as long as its sort key stays. Fails with HEDDLE_SELECTOR_INVALID and
   * HEDDLE_CURSOR_INVALID (UsageErrors), or the signal's reason.
   */
  query(query: StoreQuery, signal?: AbortSignal): Promise<Page>;
  /**
   * The same as one JSON list in pieces of a few hundred KB, each made when it is asked for: what changes meanwhile may
   * be told as it was or as it is. Fails as `query` does, before the first piece.
   */
  texts(query: StoreQuery, signal?: AbortSignal): AsyncGenerator<Buffer, void, undefined>;
  /**
   * Counts what `query` would find, by none, some or all of these. From the indexes, as long as nothing that they do not
   * hold is asked for; lets the event loop turn every few milliseconds. Fails as `query` does.
   */
  count(query: CountQuery, by: readonly CountBy[], signal?: AbortSignal): Promise<StoreCounts>;
  /**
   * What is related to an object, and how, from either end, as far as asked; within its cluster. Ends that are not in
   * the store are told as missing until they are. Of an object that is not there itself: who names it; undefined
   * when nobody does. Fails with HEDDLE_RELATIONS_DISABLED when none are kept.
   */
  relations(name: ObjectName, query?: RelationsQuery): Relations | undefined;
  /** The kinds that are known of a cluster; none of one that is not known. */
  kinds(cluster: ClusterId): readonly KindState[];
  /** Told after each change of a kind's freshness, and of each kind that is dropped; as in `subscribe`. */
  subscribeKinds(listener: (change: KindChange) => void): () => void;
  /** One entry a cluster and kind, in order of cluster, group, kind. */
  stats(): readonly KindStats[];
  /** Told after each `apply`, in order, synchronously: a listener must not throw and hands on what takes long. The answer ends it. */
  subscribe(listener: (applied: AppliedChanges) => void): () => void;
}>;
