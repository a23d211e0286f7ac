/**
 * events: what changed, as CloudEvents 1.0, and the bus that hands them to subscribers.
 *
 * Promises   an event has the same id whenever it is told again; publishing never waits for a subscriber; memory is
 *            bounded by the ring, whatever subscribers do; who missed something is told.
 * Ordering   by sequence, which keeps the order of each object's changes.
 * Fails      never for a subscriber's slowness; a subscription ends with its signal or the bus.
 * Is not     a record: what must outlive the process is the catalog's.
 */
export { type BusOptions, createBus } from "./bus.ts";
export { changeEventOf, type SeenChange, type SeenSync, syncEventOf } from "./change-event.ts";
export { type ChangeStream, type ChangeStreamDeps, createChangeStream } from "./change-stream.ts";
export type {
  Bus,
  BusStats,
  ChangeEvent,
  ChangeEventType,
  Delivery,
  EventLog,
  EventRecord,
  NewEvent,
  SyncSummary,
} from "./model.ts";
export { type RingCapacity } from "./ring.ts";
