import { type KubeObject } from "../../model/index.ts";

/** Which collection an object belongs to: one for all versions of a kind. "deployments.apps" */
export type Collection = string;

/** One object as it is stored: `text` is its JSON, and what the API answers byte for byte. */
export type Stored = Readonly<{
  collection: Collection;
  namespace: string;
  name: string;
  revision: number;
  text: string;
  /** Parses `text`. */
  object(): KubeObject;
}>;

/** One write. `before` and `after` are the states around it; a deleted object's `after` is its last, at this revision. */
export type StoreEvent = Readonly<{
  revision: number;
  collection: Collection;
  type: "created" | "updated" | "deleted";
  before?: Stored;
  after: Stored;
}>;

/**
 * What etcd is to an API server: objects by collection, namespace and name; one revision that grows with each write;
 * and a bounded past.
 */
export type ObjectStore = Readonly<{
  /** Of the last write. */
  revision(): number;
  /** Everything up to here is forgotten: the past after it can be asked. */
  compactedTo(): number;
  get(collection: Collection, namespace: string, name: string): Stored | undefined;
  /**
   * In order of namespace, then name; of one namespace where one is given. `at`: as of that revision. `keep`: the same
   * will be asked for again.
   */
  list(
    collection: Collection,
    options?: Readonly<{ namespace?: string | undefined; at?: number; keep?: boolean }>,
  ): readonly Stored[];
  /** Creates or replaces; the object's resourceVersion becomes the write's revision. */
  put(collection: Collection, object: KubeObject): Stored;
  /** Undefined when there is none. */
  remove(collection: Collection, namespace: string, name: string): Stored | undefined;
  /** Writes after `revision`, oldest first; undefined when some of them are forgotten. */
  since(revision: number): readonly StoreEvent[] | undefined;
  /** A revision without a write, as any write elsewhere in etcd makes; the answer is it. */
  skip(): number;
  /** Forgets the past up to `revision`, as etcd's compaction does. */
  compact(revision: number): void;
  /** Told of each write, synchronously and in order; the answer ends it. */
  subscribe(listener: (event: StoreEvent) => void): () => void;
}>;
