import { type ChangeEvent } from "../../events/index.ts";
import { type DescribedRelation, type RelationsQuery, type Sort } from "../../inventory/index.ts";
import {
  type Attributes,
  type ClusterSummary,
  type Freshness,
  type KubeObject,
  type ObjectRef,
} from "../../model/index.ts";

/** Which clusters, and where to remember them. Everything left out is as the command has it. */
export type LiveFleetOptions = Readonly<{
  /** A kubeconfig instead of KUBECONFIG and ~/.kube/config. */
  kubeconfig?: string;
  /** Only these contexts of it. */
  contexts?: readonly string[];
  /** A configuration file; excludes the two above. */
  config?: string;
  /** Where the durable record lies: with it, changes that happened between two runs are told. Default: in memory. */
  dataFolder?: string;
  /** Ends the start. */
  signal?: AbortSignal;
}>;

/** What to find. All parts must hold; a part left out holds always. */
export type ListQuery = Readonly<{
  /** As people write it: "pods", "deploy", "certificates.cert-manager.io". */
  kind: string;
  clusters?: readonly string[];
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  sort?: Sort;
  /** Objects that are read from the store at a time. Default 500. */
  pageSize?: number;
}>;

/** Which object. */
export type ObjectQuery = Readonly<{ cluster: string; kind: string; namespace?: string; name: string }>;

export type RelationsOptions = Omit<RelationsQuery, "limit"> & Readonly<{ pageSize?: number }>;

/** `after`: a `sequence` of before; everything since then comes first. */
export type ChangesOptions = Readonly<{ after?: string; signal?: AbortSignal }>;

/** One object. `object` is parsed, and `attributes` are worked out, when they are first asked for. */
export type FoundObject = Readonly<{ ref: ObjectRef; object: KubeObject; attributes: Attributes }>;

/** Told where changes are lost: the reader was too slow, or `after` is older than what is remembered. */
export type MissedChanges = Readonly<{ type: "missed"; from: number; to: number }>;

/** Item by item, or page by page. */
export type Paged<T> = AsyncIterable<T> & Readonly<{ pages(): AsyncIterable<readonly T[]> }>;

/** A cluster, and how far what is known of it can be trusted; undefined while nothing is known. */
export type ClusterView = ClusterSummary &
  Readonly<{ synced: boolean; objects: number; freshness: Freshness | undefined }>;

/** Many clusters in one live graph: what `heddle serve` answers from, in this process. */
export type LiveFleet = AsyncDisposable &
  Readonly<{
    clusters(): readonly ClusterView[];
    /** Resolves when each cluster has been listed once or is known not to answer; what is there can be asked before. */
    synced(signal?: AbortSignal): Promise<void>;
    /** Fails with HEDDLE_CLUSTER_UNKNOWN_KIND, HEDDLE_FLEET_UNKNOWN_CLUSTER, HEDDLE_SELECTOR_INVALID. */
    list(query: ListQuery): Paged<FoundObject>;
    /** Undefined when there is no such object. Fails as `list`. */
    get(query: ObjectQuery): FoundObject | undefined;
    /** What belongs to an object; nothing for one that is not there. Fails as `list`. */
    relations(query: ObjectQuery, options?: RelationsOptions): Paged<DescribedRelation>;
    /** CloudEvents as they happen, each after it is recorded, until the signal aborts or the fleet ends. */
    changes(options?: ChangesOptions): AsyncIterable<ChangeEvent | MissedChanges>;
  }>;
