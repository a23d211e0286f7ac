import { type DatabaseSync, type StatementSync } from "node:sqlite";
import { type ChangeEventType, type EventRecord } from "../../events/index.ts";
import { type ClusterId, type ObjectRef } from "../../model/index.ts";
import { type RecordedCluster, type RecordedKind, type RecordedObject } from "../model.ts";
import { prepare } from "./connections.ts";
import { integerIn, jsonIn, rowOf, rowsOf, textIn } from "./row.ts";
import { kindIn } from "./state.ts";
import { storedUid, uidOf } from "./uid.ts";

/** Questions about what is committed. Each answers at once; those that may be long have a limit. */
export type Reads = Readonly<{
  clusters(): readonly RecordedCluster[];
  kinds(cluster: ClusterId): readonly RecordedKind[];
  /** The number of a kind that is complete. */
  kindNumber(cluster: ClusterId, kind: Pick<RecordedKind, "group" | "kind">): number | undefined;
  /** Those after one of them, in the order of the file. */
  objects(kind: number, after: RecordedObject | undefined, limit: number): readonly RecordedObject[];
  events(after: number, limit: number): readonly EventRecord[];
  /** Newest first. */
  eventsBack(before: number, limit: number): readonly EventRecord[];
}>;

export function createReads(database: DatabaseSync): Reads {
  const clusters = prepare(
    database,
    "SELECT id, uid, synced_at_ms FROM clusters WHERE uid IS NOT NULL ORDER BY cluster",
  );
  const ofCluster = "FROM kinds JOIN clusters USING (cluster) WHERE clusters.id = ? AND complete = 1";
  const kinds = prepare(
    database,
    `SELECT api_group, name, version, plural, namespaced, told_to ${ofCluster} ORDER BY kind`,
  );
  const kindNumber = prepare(database, `SELECT kind ${ofCluster} AND api_group = ? AND name = ?`);
  const objectsWhere = (condition: string): StatementSync =>
    prepare(
      database,
      "SELECT uid, namespaces.name, objects.name, version FROM objects JOIN namespaces USING (namespace)" +
        ` WHERE ${condition} ORDER BY uid LIMIT ?`,
    );
  const [firstObjects, nextObjects] = [objectsWhere("kind = ?"), objectsWhere("kind = ? AND uid > ?")];
  const eventsWhere = (condition: string): StatementSync =>
    prepare(
      database,
      `SELECT sequence, type, id, cluster, ref, labels, text FROM events WHERE sequence ${condition} LIMIT ?`,
    );
  const events = eventsWhere("> ? ORDER BY sequence");
  const eventsBack = eventsWhere("< ? ORDER BY sequence DESC");
  return {
    clusters: () =>
      rowsOf(clusters).map(([id, uid, syncedAtMs]) => ({
        id: textIn(id) as ClusterId,
        uid: textIn(uid),
        ...(syncedAtMs === null ? {} : { syncedAtMs: integerIn(syncedAtMs) }),
      })),
    kinds: (cluster) => rowsOf(kinds, cluster).map(kindIn),
    kindNumber(cluster, { group, kind }) {
      const row = rowOf(kindNumber, cluster, group, kind);
      return row === undefined ? undefined : integerIn(row[0]);
    },
    objects(kind, after, limit) {
      const rows =
        after === undefined
          ? rowsOf(firstObjects, kind, limit)
          : rowsOf(nextObjects, kind, storedUid(after.uid), limit);
      return rows.map(objectIn);
    },
    events: (after, limit) => rowsOf(events, after, limit).map(eventIn),
    eventsBack: (before, limit) => rowsOf(eventsBack, before, limit).map(eventIn),
  };
}

const objectIn = ([uid, namespace, name, version]: readonly unknown[]): RecordedObject => ({
  uid: uidOf(uid),
  namespace: textIn(namespace),
  name: textIn(name),
  resourceVersion: textIn(version),
});

function eventIn([sequence, type, id, cluster, ref, labels, text]: readonly unknown[]): EventRecord {
  const parsed = jsonIn(ref) as ObjectRef | undefined;
  return {
    sequence: integerIn(sequence),
    id: textIn(id),
    type: textIn(type) as ChangeEventType,
    cluster: textIn(cluster) as ClusterId,
    ...(parsed === undefined ? {} : { ref: parsed }),
    labels: (jsonIn(labels) ?? {}) as Readonly<Record<string, string>>,
    text: textIn(text),
  };
}
