import { type HeddleError } from "../base/index.ts";
import {
  type Change,
  type ClusterHealth,
  type ClusterId,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  type PodStreams,
  type Resource,
  type ResourceTarget,
} from "../model/index.ts";
import { type ApiClient } from "./api-client.ts";

/** What the API server serves; asked once and kept, asked again on `refresh` or when a custom resource changes. */
export type Discovery = Readonly<{
  /** Preferred version of each resource, one entry a resource. */
  resources(signal?: AbortSignal): Promise<readonly Resource[]>;
  /** By what people write: "po", "Pod", "deployments.apps", "deploy.v1.apps"; several for a category ("all"). Fails with HEDDLE_CLUSTER_UNKNOWN_KIND and the near word. */
  find(kind: string, signal?: AbortSignal): Promise<readonly Resource[]>;
  /** Forgets what is kept. */
  refresh(): void;
  /** Groups whose API service did not answer: their resources may be missing. */
  failedGroups(): readonly string[];
}>;

/** Selectors and paging as the API takes them. Without `namespace`: all namespaces. */
export type ListQuery = Readonly<{
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  resourceVersion?: string | undefined;
  resourceVersionMatch?: "NotOlderThan" | "Exact" | undefined;
  /** For those who only look: objects may lack managedFields, half of a list's bytes, which are not even parsed. */
  brief?: boolean | undefined;
  /** apiVersion, kind and metadata only, where the server can (PartialObjectMetadataList): to see what there is. */
  metadataOnly?: boolean | undefined;
  /** Objects a page; default 500. 0: one page. */
  pageSize?: number | undefined;
  signal?: AbortSignal | undefined;
}>;

export type ListPage = Readonly<{ objects: readonly KubeObject[]; resourceVersion: string; remaining?: number }>;

export type WriteOptions = Readonly<{
  dryRun?: boolean;
  fieldManager?: string;
  fieldValidation?: "Ignore" | "Warn" | "Strict";
  signal?: AbortSignal | undefined;
}>;

/** The body and type of a patch. "apply" is server-side apply and wants a `fieldManager`. */
export type Patch =
  | Readonly<{ type: "merge" | "strategic"; patch: JsonObject }>
  | Readonly<{ type: "json"; patch: readonly JsonValue[] }>
  | Readonly<{ type: "apply"; patch: JsonObject; force?: boolean }>;

export type DeleteOptions = Readonly<{
  propagation?: "Foreground" | "Background" | "Orphan";
  gracePeriodSeconds?: number;
  preconditions?: Readonly<{ uid?: string; resourceVersion?: string }>;
  dryRun?: boolean;
  signal?: AbortSignal | undefined;
}>;

/** SelfSubjectAccessReview's question: may we do this? */
export type AccessQuestion = Readonly<{
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string | undefined;
  name?: string;
}>;
export type AccessAnswer = Readonly<{ allowed: boolean; reason: string }>;

/** The API's verbs on any resource. */
export type Objects = Readonly<{
  get(
    resource: Resource,
    target: ResourceTarget & Readonly<{ name: string }>,
    signal?: AbortSignal,
  ): Promise<KubeObject>;
  /** All pages as one; a continue token that expires midway starts over once. */
  list(resource: Resource, query?: ListQuery): Promise<ListPage>;
  pages(resource: Resource, query?: ListQuery): AsyncIterable<ListPage>;
  /** `object.metadata.name` or `generateName`; a `subresource` target creates there (eviction, token, binding). */
  create(resource: Resource, object: JsonObject, options?: WriteOptions & ResourceTarget): Promise<KubeObject>;
  /** Optimistic: fails with HEDDLE_CLUSTER_CONFLICT when the object's resourceVersion is not current. */
  replace(
    resource: Resource,
    object: KubeObject,
    options?: WriteOptions & Readonly<{ subresource?: string }>,
  ): Promise<KubeObject>;
  patch(
    resource: Resource,
    target: ResourceTarget & Readonly<{ name: string }>,
    options: Patch & WriteOptions,
  ): Promise<KubeObject>;
  /** The object's last state, or the Status, as the API answers. Succeeds with undefined when it is already gone. */
  delete(
    resource: Resource,
    target: ResourceTarget & Readonly<{ name: string }>,
    options?: DeleteOptions,
  ): Promise<JsonObject | undefined>;
  deleteCollection(resource: Resource, query: ListQuery, options?: DeleteOptions): Promise<void>;
  /** policy/v1 Eviction: honours PodDisruptionBudgets (429 → HEDDLE_CLUSTER_TOO_MANY_REQUESTS). */
  evict(target: Readonly<{ namespace: string; name: string }>, options?: DeleteOptions): Promise<void>;
  reviewAccess(question: AccessQuestion, signal?: AbortSignal): Promise<AccessAnswer>;
  /** SelfSubjectRulesReview of one namespace. */
  reviewRules(namespace: string, signal?: AbortSignal): Promise<JsonObject>;
}>;

/** What a follower knows of one object: enough to tell that it is missing. */
export type KnownObject = Readonly<{ uid: string; namespace: string; name: string; resourceVersion: string }>;

/** The follower's memory of what exists; the inventory or the catalog may bring their own. */
export type KnownObjects = Readonly<{
  get(uid: string): KnownObject | undefined;
  set(object: KnownObject): void;
  delete(uid: string): void;
  values(): Iterable<KnownObject>;
}>;

/** Objects of a list whose text is in other hands: a follower needs no more of them than this. */
export type ListedBatch = Readonly<{ objects: readonly KnownObject[] }>;

/** One first list, taken in by others as it comes. Disposed when the list is over, whole or not; maybe more than once. */
export type ListTaking = Disposable &
  Readonly<{
    /**
     * Whole lines of a watch, each with its newline, alone in their buffer, which is not written again. Answers with the
     * objects of the leading ADDED events, and how many `bytes` these were: what is left, the follower reads itself.
     * Asked again before it has answered; answers in order. Never rejects: what it cannot do, it leaves.
     */
    take(lines: Buffer<ArrayBuffer>): Promise<Readonly<{ batch: ListedBatch; bytes: number }>>;
  }>;

export type FollowOptions = Readonly<{
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  known?: KnownObjects;
  /** Resume here before anything is listed: the resourceVersion of an earlier `synced` or `progress`. */
  resourceVersion?: string;
  /**
   * Asked whenever a WatchList begins: who takes its objects in; undefined: they are told as changes. What is taken is
   * told as `listed`, each object once more if the list begins again.
   */
  take?: (() => ListTaking | undefined) | undefined;
  signal: AbortSignal;
}>;

/**
 * What a follower tells, in order. `changes` come in batches, ordered per object; those of a watch in the order in which
 * they were made, and with the resourceVersion up to which everything is told then. `synced` follows each full list
 * (WatchList or pages) once its changes were told. `progress` is a bookmark: everything up to it has been told.
 */
export type FollowEvent =
  | Readonly<{ type: "changes"; changes: readonly Change[]; resourceVersion?: string }>
  | Readonly<{ type: "listed"; batch: ListedBatch }>
  | Readonly<{ type: "synced"; resourceVersion: string; objects: number; via: "watch-list" | "pages" | "resume" }>
  | Readonly<{ type: "progress"; resourceVersion: string }>
  | Readonly<{ type: "status"; status: FollowStatus; reason: string; error?: HeddleError }>;

/** "gone": the kind is no longer served. "forbidden" and "gone" are tried again slowly. Never a silent stop. */
export type FollowStatus = "syncing" | "live" | "catching-up" | "forbidden" | "gone";

export type HealthProbe = Readonly<{
  /** Asks /livez, /readyz and /version now. Never throws but for an abort: what is wrong is in the answer. */
  check(signal: AbortSignal): Promise<ClusterHealth>;
  last(): ClusterHealth;
}>;

/** One cluster: every verb on one set of credentials. Disposing closes every connection and ends every follower. */
export type Cluster = AsyncDisposable &
  Readonly<{
    id: ClusterId;
    server: string;
    /** To be said to the user once: certificate verification off, and the like. */
    warnings: readonly string[];
    api: ApiClient;
    discovery: Discovery;
    objects: Objects;
    pods: PodStreams;
    health: HealthProbe;
    /** List-watch: ends only with its signal, or with the cluster. */
    follow(resource: Resource, options: FollowOptions): AsyncIterable<FollowEvent>;
  }>;
