/**
 * catalog: the durable record: which objects exist in which version, and a bounded log of what changed.
 *
 * Promises   a batch is recorded whole or not at all, and after a crash the file is as it was at the last commit; one
 *            process a folder; a newer file is refused, a damaged one set aside and begun anew, which is told.
 * Ordering   batches in the order of their calls; the log by sequence, which never goes back.
 * Fails      with HEDDLE_CATALOG_LOCKED, _NEWER, _FOLDER_UNUSABLE (UsageErrors: at opening), _WRITE_FAILED (retryable),
 *            _BATCH_INVALID, _CLOSED.
 * Is not     a store of objects: it knows that they are, not what they hold. Texts, kept beside it, are what they held
 *            when somebody last looked: a cache, which fails by being empty.
 */
export { createMemoryCatalog } from "./memory.ts";
export {
  type Catalog,
  type CatalogBatch,
  type CatalogDeps,
  type CatalogOptions,
  type CatalogStats,
  defaultLogLimits,
  type LogLimits,
  type MemoryCatalogOptions,
  type ObjectEntry,
  type RecordedCluster,
  type RecordedKind,
  type RecordedObject,
  type UnrecordedEvent,
} from "./model.ts";
export { openCatalog } from "./sqlite/open.ts";
export type {
  KeptBlock,
  KeptTexts,
  KindTexts,
  Texts,
  TextsBlock,
  TextsMark,
  TextsOf,
  TextsSection,
} from "./texts/model.ts";
export { createTexts } from "./texts/texts.ts";
