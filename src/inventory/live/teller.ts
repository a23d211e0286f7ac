import { type Clock } from "../../base/index.ts";
import { type CatalogBatch, type ObjectEntry, type RecordedKind } from "../../catalog/index.ts";
import { changeEventOf } from "../../events/index.ts";
import { type Change, type ClusterId, type Resource } from "../../model/index.ts";
import { pruneChange } from "../ingest/prune.ts";
import { type Store } from "../model.ts";
import { type Digest, recordOf } from "./ledger.ts";
import { type Recorder } from "./recorder.ts";

export type TellerDeps = Readonly<{ store: Store; recorder: Recorder; clock: Clock }>;

/** One kind of one cluster. */
export type KindOfCluster = Readonly<{ cluster: ClusterId; resource: Resource }>;

export type TellOptions = Readonly<{
  /** Only the store hears of it. */
  storeOnly?: boolean;
  /** The resourceVersion up to which everything is told with this. */
  toldTo?: string | undefined;
  onLost?: () => void;
}>;

/** Brings what was found into the store at once, and hands on what is to be recorded and told. */
export function tell(
  { store, recorder, clock }: TellerDeps,
  { cluster, resource }: KindOfCluster,
  { digest, storeOnly = false, toldTo, onLost }: TellOptions & Readonly<{ digest: Digest }>,
): void {
  const { unrecorded, news } = digest;
  const lastSeen = (change: Change): Change => withLastState(store, { cluster, resource }, change);
  // The store still has the last state of what it is about to forget.
  const events = storeOnly
    ? []
    : news.map((change) => changeEventOf({ cluster, resource, change: lastSeen(change) }, clock));
  store.apply(cluster, resource, digest.apply);
  if (storeOnly || (unrecorded.length === 0 && events.length === 0)) return;
  const work: CatalogBatch = {
    cluster,
    kind: kindToRecord(resource, toldTo),
    objects: unrecorded.map(entryOf),
    events,
  };
  recorder.submit({ cluster, work, onLost });
}

export const kindToRecord = (
  { group, kind, version, plural, namespaced }: Resource,
  toldTo?: string,
): RecordedKind => ({
  group,
  kind,
  version,
  plural,
  namespaced,
  ...(toldTo === undefined ? {} : { toldTo }),
});

const entryOf = ({ type, object }: Change): ObjectEntry => {
  const record = recordOf(object);
  return type === "deleted" ? { type: "gone", uid: record.uid } : { type: "present", object: record };
};

/** The change as it may be told; of an object that was found missing the last state that was seen, where there is one. */
function withLastState(store: Store, { cluster, resource }: KindOfCluster, change: Change): Change {
  if (change.type !== "deleted" || change.finalState === "known") return pruneChange(change);
  const { namespace, name, uid } = change.object.metadata;
  const place = namespace === undefined ? {} : { namespace };
  const stored = store.get({ cluster, group: resource.group, kind: resource.kind, ...place, name });
  return stored === undefined || stored.ref.uid !== uid ? change : { ...change, object: stored.object() };
}
