import { HeddleError } from "../base/index.ts";
import { type Change, type ClusterId, type KubeObject } from "../model/index.ts";
import { pruneChange, pruneObject } from "./ingest/prune.ts";
import { createKeptReader, createKeptWriter } from "./intake/kept.ts";
import { isPod } from "./intake/model.ts";
import { type KindRef } from "./kind-ref.ts";
import {
  type AppliedChanges,
  type KindChange,
  type ObjectName,
  type Store,
  type StoreDeps,
  type StoreOptions,
} from "./model.ts";
import { copyObject, createPage, joinTexts } from "./page.ts";
import { countRows } from "./query/count.ts";
import { runQuery } from "./query/run.ts";
import { traverse } from "./relations/traverse.ts";
import { createTables, worstFreshness } from "./tables.ts";
import { keyOf, type Table } from "./table/table.ts";
import { jsonOf } from "./text/encoder.ts";
import { createDeltaIndexes } from "./text/references.ts";
import { allocateBuffer, createScratch } from "./text/scratch.ts";

/** An empty store. It feeds itself from nothing: see `Store.apply`. */
export function createStore(
  { clock, allocate = allocateBuffer }: StoreDeps,
  { relations = true }: StoreOptions = {},
): Store {
  const scratch = createScratch(allocate);
  const tables = createTables({ clock, allocate, scratch, indexes: createDeltaIndexes(), relations });
  const listeners = new Set<(applied: AppliedChanges) => void>();
  const kindListeners = new Set<(change: KindChange) => void>();
  let revision = 0;

  /** The change as it was stored; undefined when it is too old to mean anything. */
  const applyOne = (table: Table, change: Change): Change | undefined => {
    if (change.type !== "deleted") {
      const pruned = pruneObject(change.object);
      table.upsert(pruned, ++revision);
      return { ...change, object: pruned.object };
    }
    const { namespace, name, uid } = change.object.metadata;
    const row = table.rowOf(keyOf(namespace, name));
    if (row === undefined || isOther(table.uidAt(row), uid)) return undefined;
    table.remove(row);
    revision += 1;
    return pruneChange(change);
  };
  const tellKind = (change: KindChange): void => {
    for (const listener of kindListeners) listener(change);
  };
  const drop = (cluster: ClusterId, kind?: KindRef): void => {
    for (const { resource } of tables.drop(cluster, kind)) tellKind({ cluster, resource, state: undefined });
  };
  const isThere = ({ table }: Readonly<{ table: Table }>): boolean =>
    tables.find(table.cluster, table.resource) === table;
  const locate = (name: ObjectName): Readonly<{ table: Table; row: number }> | undefined => {
    const table = tables.find(name.cluster, name);
    const row = table?.rowOf(keyOf(name.namespace, name.name));
    return table === undefined || row === undefined ? undefined : { table, row };
  };
  return {
    apply(cluster, resource, changes) {
      const table = tables.obtain(cluster, resource);
      const applied = changes.map((change) => applyOne(table, change)).filter((change) => change !== undefined);
      if (applied.length === 0) return;
      for (const listener of listeners) listener({ cluster, resource, changes: applied, revision });
    },
    take(cluster, resource, { objects }) {
      if (objects.length === 0) return;
      const table = tables.obtain(cluster, resource);
      const known =
        listeners.size === 0 ? [] : objects.map(({ namespace, name }) => table.rowOf(keyOf(namespace, name)));
      for (const object of objects) table.adopt(object, ++revision);
      if (listeners.size === 0) return;
      // Parsed only where somebody listens.
      const changes = objects.map(({ text }, at): Change => {
        const object = JSON.parse(jsonOf(text)) as KubeObject;
        return { type: known[at] === undefined ? "created" : "updated", object };
      });
      for (const listener of listeners) listener({ cluster, resource, changes, revision });
    },
    keeping: (cluster, kind) =>
      createKeptWriter({
        relations,
        find({ namespace, name }) {
          const table = tables.find(cluster, kind);
          const row = table?.rowOf(keyOf(namespace, name));
          return row === undefined ? undefined : table?.toKeep(row);
        },
      }),
    restoring: (kind) => createKeptReader({ isPod: isPod(kind), relations }),
    restored({ cluster, resource }, sinceMs) {
      const table = tables.obtain(cluster, resource);
      tables.restored(table, Math.min(sinceMs, clock.nowMs()));
      tellKind({ cluster, resource, state: tables.state(table) });
    },
    setFreshness({ cluster, resource }, state) {
      const table = tables.obtain(cluster, resource);
      if (tables.setFreshness(table, state)) tellKind({ cluster, resource, state: tables.state(table) });
    },
    dropCluster: (cluster) => drop(cluster),
    dropKind: (cluster, kind) => drop(cluster, kind),
    revision: () => revision,
    get(name) {
      const found = locate(name);
      return found && copyObject(found);
    },
    getByUid: (cluster, uid) => findByUid(tables.ofCluster(cluster), uid),
    fieldDigest(name) {
      const found = locate(name);
      return found === undefined ? "" : found.table.texts.note(found.row);
    },
    async query(query, signal) {
      const asked = tables.select(query);
      const since = revision;
      const page = createPage();
      const slices = runQuery(query, { tables: asked, clock, signal });
      let slice = await slices.next();
      for (; slice.done !== true; slice = await slices.next())
        page.add(slice.value.rows().filter(isThere), slice.value.rest);
      const { next } = slice.value;
      return {
        ...page.finish(),
        ...(next === undefined ? {} : { next }),
        freshness: worstFreshness(asked, tables.freshness),
        revision: since,
      };
    },
    async *texts(query, signal) {
      let before = "[";
      for await (const { rows } of runQuery(query, { tables: tables.select(query), clock, signal })) {
        const found = rows().filter(isThere);
        if (found.length === 0) continue;
        yield joinTexts(found, before);
        before = ",";
      }
      yield Buffer.from(before === "[" ? "[]" : "]");
    },
    count: (query, by, signal) => countRows(query, by, { tables: tables.select(query), clock, signal }),
    relations(name, query = {}) {
      if (!relations) throw relationsDisabled();
      const found = locate(name);
      const { cluster } = name;
      const view = { find: (kind: KindRef) => tables.find(cluster, kind), tables: () => tables.ofCluster(cluster) };
      if (found !== undefined) return traverse(view, found, query);
      const { group, kind, namespace, name: ownName } = name;
      const missing = { group, kind, ...(namespace !== undefined && { namespace }), name: ownName };
      const named = traverse(view, { missing }, query);
      return named.relations.length === 0 ? undefined : named;
    },
    kinds: (cluster) => [...tables.ofCluster(cluster)].map(tables.state),
    subscribeKinds(listener) {
      kindListeners.add(listener);
      return () => void kindListeners.delete(listener);
    },
    stats: () =>
      tables.select({}).map((table) => ({
        cluster: table.cluster,
        resource: table.resource,
        freshness: tables.freshness(table),
        objects: table.size(),
        heldBytes: table.texts.usage().held,
        textBytes: table.texts.usage().text,
      })),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const relationsDisabled = (): HeddleError =>
  new HeddleError("relations are not kept: `enable_relationships` is false in the configuration", {
    code: "HEDDLE_RELATIONS_DISABLED",
  });

const isOther = (stored: string, told: string | undefined): boolean =>
  stored !== "" && told !== undefined && told !== "" && stored !== told;

function findByUid(tables: Iterable<Table>, uid: string): ReturnType<Store["getByUid"]> {
  for (const table of tables) {
    const row = table.rowOfUid(uid);
    if (row !== undefined) return copyObject({ table, row });
  }
  return undefined;
}
