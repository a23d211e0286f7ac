import { type DatabaseSync } from "node:sqlite";
import { type EventRecord } from "../../events/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { checkBatch, kindKey } from "../batch.ts";
import { type CatalogBatch, type LogLimits, type RecordedCluster, type RecordedKind } from "../model.ts";
import { inOneStep, type Work } from "./group-commit.ts";
import { type ClusterRow, type KindRow, loadState, type State } from "./state.ts";
import { createLogWriter } from "./write-log.ts";
import { createObjectWriter } from "./write-objects.ts";

/**
 * Everything that changes the file, as work of small steps within a transaction that the caller begins and ends. After
 * a roll-back a recorder is of no more use: what it knows was not committed.
 */
export type Recorder = Readonly<{
  state: State;
  record(batch: CatalogBatch): Work<readonly EventRecord[]>;
  setCluster(cluster: RecordedCluster): Work<void>;
  dropKind(cluster: ClusterId, kind: Pick<RecordedKind, "group" | "kind">): Work<void>;
  dropCluster(cluster: ClusterId): Work<void>;
  /** Kinds whose first list was not whole: what is recorded of them may be of any age. */
  dropIncomplete(): Work<void>;
  /** Before each commit. */
  finish(): void;
  /** A little of what may be done later; true when there is more of it. */
  tidy(): boolean;
}>;

/** Rows a step of tidying. */
const tidyRows = 500;

type Writers = Readonly<{
  state: State;
  clusters: ReturnType<typeof createClusterWriter>;
  objects: ReturnType<typeof createObjectWriter>;
  log: ReturnType<typeof createLogWriter>;
}>;

export function createRecorder(
  database: DatabaseSync,
  { base, limits }: Readonly<{ base: number; limits: LogLimits }>,
): Recorder {
  const state = loadState(database, base);
  const clusters = createClusterWriter(database, state);
  const log = createLogWriter(database, state, limits);
  const writers: Writers = { state, clusters, log, objects: createObjectWriter(database, state) };
  const nextDoomed = database.prepare("SELECT kind FROM doomed LIMIT 1");
  const sweep = database.prepare(
    `DELETE FROM objects WHERE kind = ?1 AND uid IN (SELECT uid FROM objects WHERE kind = ?1 LIMIT ${tidyRows})`,
  );
  const swept = database.prepare("DELETE FROM doomed WHERE kind = ?");
  return {
    state,
    record: (batch) => record(writers, batch),
    setCluster: (cluster) =>
      inOneStep(() => {
        const row = clusters.row(cluster.id);
        if (row.uid !== undefined && row.uid !== cluster.uid) clusters.doom(row, [...row.kinds.values()]);
        clusters.save(row, cluster);
      }),
    dropKind: (id, { group, kind }) =>
      inOneStep(() => {
        const cluster = state.clusters.get(id);
        const row = cluster?.kinds.get(kindKey(group, kind));
        if (cluster !== undefined && row !== undefined) clusters.doom(cluster, [row]);
      }),
    dropCluster: (id) => inOneStep(() => clusters.drop(id)),
    dropIncomplete: () => inOneStep(() => dropIncomplete(writers)),
    finish() {
      log.trim(tidyRows);
      log.saveState();
    },
    tidy() {
      const kind = nextDoomed.get()?.["kind"];
      if (typeof kind === "number" && sweep.run(kind).changes === 0) swept.run(kind);
      return log.isAbove() || typeof kind === "number";
    },
  };
}

function dropIncomplete({ state, clusters }: Writers): void {
  for (const [id, row] of state.clusters) {
    const incomplete = [...row.kinds.values()].filter(({ complete }) => !complete);
    clusters.doom(row, incomplete);
    if (row.uid === undefined && row.kinds.size === 0) clusters.drop(id);
  }
}

function* record({ clusters, objects, log }: Writers, batch: CatalogBatch): Work<readonly EventRecord[]> {
  checkBatch(batch);
  if (batch.kind !== undefined) {
    const kind = clusters.kindRow(clusters.row(batch.cluster), batch.kind);
    for (const entry of batch.objects) {
      objects.write(kind, entry);
      yield;
    }
    kind.complete ||= batch.complete === true;
    clusters.saveKind(kind, batch.kind);
  }
  const records: EventRecord[] = [];
  for (const event of batch.events) {
    records.push(log.append(event));
    yield;
  }
  return records;
}

/** The rows of `clusters` and `kinds`: few, and all held in memory. */
function createClusterWriter(database: DatabaseSync, state: State) {
  const addCluster = database.prepare("INSERT INTO clusters (id) VALUES (?)");
  const saveCluster = database.prepare("UPDATE clusters SET uid = ?, synced_at_ms = ? WHERE cluster = ?");
  const removeCluster = database.prepare("DELETE FROM clusters WHERE cluster = ?");
  const addKind = database.prepare(
    "INSERT INTO kinds (cluster, api_group, name, version, plural, namespaced, complete, objects)" +
      " VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
  );
  const saveKind = database.prepare(
    "UPDATE kinds SET version = ?, plural = ?, namespaced = ?, complete = ?, objects = ?, told_to = ? WHERE kind = ?",
  );
  const removeKind = database.prepare("DELETE FROM kinds WHERE kind = ?");
  const doom = database.prepare("INSERT INTO doomed (kind) VALUES (?)");

  const doomAll = (cluster: ClusterRow, kinds: readonly KindRow[]): void => {
    for (const { number, kind, objects } of kinds) {
      removeKind.run(number);
      doom.run(number);
      cluster.kinds.delete(kindKey(kind.group, kind.kind));
      state.objects -= objects;
    }
  };
  return {
    doom: doomAll,
    row(id: ClusterId): ClusterRow {
      const known = state.clusters.get(id);
      if (known !== undefined) return known;
      const row = { number: Number(addCluster.run(id).lastInsertRowid), uid: undefined, kinds: new Map() };
      state.clusters.set(id, row);
      return row;
    },
    save(row: ClusterRow, { uid, syncedAtMs }: RecordedCluster): void {
      saveCluster.run(uid, syncedAtMs ?? null, row.number);
      row.uid = uid;
    },
    drop(id: ClusterId): void {
      const row = state.clusters.get(id);
      if (row === undefined) return;
      doomAll(row, [...row.kinds.values()]);
      removeCluster.run(row.number);
      state.clusters.delete(id);
    },
    kindRow(cluster: ClusterRow, kind: RecordedKind): KindRow {
      const key = kindKey(kind.group, kind.kind);
      const known = cluster.kinds.get(key);
      if (known !== undefined) return known;
      const { group, kind: name, version, plural, namespaced } = kind;
      const added = addKind.run(cluster.number, group, name, version, plural, namespaced ? 1 : 0);
      const row = { number: Number(added.lastInsertRowid), kind, complete: false, objects: 0 };
      cluster.kinds.set(key, row);
      return row;
    },
    saveKind(row: KindRow, kind: RecordedKind): void {
      row.kind = { ...row.kind, ...kind };
      const { version, plural, namespaced, toldTo = null } = row.kind;
      saveKind.run(version, plural, namespaced ? 1 : 0, row.complete ? 1 : 0, row.objects, toldTo, row.number);
    },
  };
}
