/**
 * inventory: what exists in many clusters, in memory: compact texts, indexes on them, queries, and what relates to what.
 *
 * Promises   a stored object equals what was applied, minus managedFields; of a Secret no value is ever stored or told
 *            on; indexes are current when `apply` returns; a query lets the event loop turn and never gives an object
 *            twice on its pages, unless the key that they are sorted by changes meanwhile; a dropped cluster's memory
 *            is free.
 * Ordering   changes of one apply in their order; listeners after each apply; pages in the order of their sort, equal
 *            keys by cluster, group, kind, namespace, name.
 * Fails      bad selectors and cursors with UsageError HEDDLE_SELECTOR_INVALID and HEDDLE_CURSOR_INVALID, a bad limit
 *            with HEDDLE_QUERY_INVALID, relations that are not kept with HEDDLE_RELATIONS_DISABLED; nothing else.
 * Is not     a watcher, a record on disk or a bus: it is fed, remembers only what is, and tells listeners.
 */
export { type FieldOwner, fieldOwners, ownersOfField } from "./ingest/field-owners.ts";
export { pruneChange, type PrunedObject, pruneObject } from "./ingest/prune.ts";
export { createInThreadTaker } from "./intake/in-thread.ts";
export type { ListTaker, TakenBatch, TakerOptions } from "./intake/model.ts";
export { createWorkerTaker, type WorkerTakerDeps, type WorkerTakerOptions } from "./intake/worker-taker.ts";
export { type KindRef } from "./kind-ref.ts";
export { createLive } from "./live/live.ts";
export type { ClusterProgress, KindProgress, Live, LiveDeps, LiveOptions } from "./live/model.ts";
export { type RecorderState } from "./live/recorder.ts";
export { resourceAsUsual } from "./live/usual-words.ts";
export type {
  AppliedChanges,
  ClusterFreshness,
  CountBy,
  CountGroup,
  CountQuery,
  FreshnessState,
  KindChange,
  KindState,
  KindStats,
  ObjectName,
  Page,
  Sort,
  Store,
  StoreCounts,
  StoreDeps,
  StoreOptions,
  StoredObject,
  StoreQuery,
} from "./model.ts";
export type { StoreReaderDeps, TextList } from "./reader/model.ts";
export { createStoreReader, createTextLister, type TextLister } from "./reader/store-reader.ts";
export {
  createDescriber,
  type DescribedEnd,
  type DescribedRelation,
  type DescribedRelations,
  describeRelations,
} from "./relations/describe.ts";
export { explainRelation, type RelationEnds } from "./relations/explain.ts";
export type {
  NamedEnd,
  Reference,
  ReferenceType,
  Relation,
  Relations,
  RelationsQuery,
  RelationType,
} from "./relations/model.ts";
export { referencesOf } from "./relations/references.ts";
export { createStore } from "./store.ts";
