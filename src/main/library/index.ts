/**
 * heddle/fleet: many clusters in one live graph, as a library: `createFleet`, then ask, go along relations, follow.
 *
 * Promises   answers come from memory, each cluster's as fresh as it says; one slow or dead cluster delays no other's;
 *            a change is told after it is recorded; nothing is contacted before `createFleet` is called, nothing goes on
 *            after it is disposed.
 * Ordering   clusters in the order of their configuration; objects by cluster, namespace, name unless sorted; changes by
 *            sequence.
 * Fails      with HeddleError (heddle/base): HEDDLE_FLEET_EMPTY without a cluster, HEDDLE_CONFIG_…, HEDDLE_CATALOG_….
 * Is not     a client: writing, logs and exec are `heddle/cluster`'s.
 */
export type { ChangeEvent, ChangeEventType, SyncSummary } from "../../events/index.ts";
export type { DescribedRelation, RelationType, Sort } from "../../inventory/index.ts";
export { createFleet } from "./fleet.ts";
export type {
  ChangesOptions,
  ClusterView,
  FoundObject,
  ListQuery,
  LiveFleet,
  LiveFleetOptions,
  MissedChanges,
  ObjectQuery,
  Paged,
  RelationsOptions,
} from "./model.ts";
