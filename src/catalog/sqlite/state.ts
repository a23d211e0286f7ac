import { type DatabaseSync } from "node:sqlite";
import { type ClusterId } from "../../model/index.ts";
import { kindKey } from "../batch.ts";
import { type RecordedKind } from "../model.ts";
import { prepare } from "./connections.ts";
import { integerIn, rowOf, rowsOf, textIn } from "./row.ts";

export type ClusterRow = { number: number; uid: string | undefined; kinds: Map<string, KindRow> };

export type KindRow = { number: number; kind: RecordedKind; complete: boolean; objects: number };

/** What the writer knows of the file without asking it, the open transaction included. */
export type State = {
  clusters: Map<ClusterId, ClusterRow>;
  /** Numbers of namespaces, as far as asked for; forgotten when there are too many. */
  namespaces: Map<string, number>;
  objects: number;
  log: LogState;
};

/** `first` is `last + 1` when the log holds nothing. */
export type LogState = { first: number; last: number; events: number; bytes: number };

/** Reads the state of a file; a log that has no past begins after `base`. */
export function loadState(database: DatabaseSync, base: number): State {
  const clusters = loadClusters(database);
  const kinds = [...clusters.values()].flatMap((cluster) => [...cluster.kinds.values()]);
  return {
    clusters,
    namespaces: new Map(),
    objects: kinds.reduce((sum, { objects }) => sum + objects, 0),
    log: loadLog(database, base),
  };
}

function loadClusters(database: DatabaseSync): Map<ClusterId, ClusterRow> {
  const clusters = new Map<ClusterId, ClusterRow>();
  const byNumber = new Map<number, ClusterRow>();
  for (const [number, id, uid] of rowsOf(prepare(database, "SELECT cluster, id, uid FROM clusters"))) {
    const row: ClusterRow = {
      number: integerIn(number),
      uid: uid === null ? undefined : textIn(uid),
      kinds: new Map(),
    };
    clusters.set(textIn(id) as ClusterId, row);
    byNumber.set(row.number, row);
  }
  const columns = "cluster, kind, complete, objects, api_group, name, version, plural, namespaced, told_to";
  for (const [cluster, number, complete, objects, ...kind] of rowsOf(
    prepare(database, `SELECT ${columns} FROM kinds`),
  )) {
    const recorded = kindIn(kind);
    byNumber.get(integerIn(cluster))?.kinds.set(kindKey(recorded.group, recorded.kind), {
      number: integerIn(number),
      kind: recorded,
      complete: complete === 1,
      objects: integerIn(objects),
    });
  }
  return clusters;
}

/** api_group, name, version, plural, namespaced, told_to */
export const kindIn = ([group, name, version, plural, namespaced, toldTo]: readonly unknown[]): RecordedKind => ({
  group: textIn(group),
  kind: textIn(name),
  version: textIn(version),
  plural: textIn(plural),
  namespaced: namespaced === 1,
  ...(toldTo === null ? {} : { toldTo: textIn(toldTo) }),
});

function loadLog(database: DatabaseSync, base: number): LogState {
  const row = rowOf(prepare(database, "SELECT last, events, bytes FROM state"));
  if (row === undefined) {
    database.prepare("INSERT INTO state (one, last, events, bytes) VALUES (1, ?, 0, 0)").run(base);
    return { first: base + 1, last: base, events: 0, bytes: 0 };
  }
  const end = (order: "ASC" | "DESC"): unknown =>
    rowOf(prepare(database, `SELECT sequence FROM events ORDER BY sequence ${order} LIMIT 1`))?.[0];
  const [first, newest] = [end("ASC"), end("DESC")];
  const last = Math.max(integerIn(row[0]), newest === undefined ? 0 : integerIn(newest));
  return {
    first: first === undefined ? last + 1 : integerIn(first),
    last,
    events: integerIn(row[1]),
    bytes: integerIn(row[2]),
  };
}
