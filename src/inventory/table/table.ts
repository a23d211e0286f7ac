import { type ClusterId, type KubeObject, type ObjectRef, type Resource } from "../../model/index.ts";
import { type PrunedObject } from "../ingest/prune.ts";
import { type CommonFacts, isPod as isPodKind, type TakenObject } from "../intake/model.ts";
import { createEndIndex, type EndIndex, type EndList, endListOf } from "../relations/end-index.ts";
import { createSelectorIndex, type SelectorIndex } from "../relations/selector-index.ts";
import { float64Column } from "../text/column.ts";
import { createTextStore, type TextDeps, type TextStore } from "../text/text-store.ts";
import { type Facts, factsOf } from "./facts.ts";
import { createLabelIndex, keyOfLabels, type LabelIndex } from "./label-index.ts";
import { createRowOrder, type RowOrder } from "./order.ts";
import { createOwnerIndex, type OwnerIndex } from "./owner-index.ts";
import { createStatusIndex, type StatusIndex } from "./status-index.ts";
import { createValueIndex, type ValueIndex } from "./value-index.ts";

/** The objects of one kind in one cluster, a row each, and every index on them. */
export type Table = Readonly<{
  cluster: ClusterId;
  resource: Resource;
  /** "cluster group kind": sorts by cluster, group, kind, for a space sorts before all that these may hold. */
  name: string;
  /** The object's row: the one it had, or a free one. */
  upsert(pruned: PrunedObject, revision: number): number;
  /** The same of what was made of an object elsewhere. */
  adopt(taken: TakenObject, revision: number): void;
  /** What to make a row of again, by `adopt`. Its bytes last until the next change. */
  toKeep(row: number): Pick<TakenObject, "facts" | "text">;
  remove(row: number): void;
  /** By `keyOf`; undefined when there is none. */
  rowOf(key: string): number | undefined;
  rowOfUid(uid: string): number | undefined;
  /** "namespace name": sorts by namespace, then name, for a space sorts before all that a namespace may hold. */
  keyAt(row: number): string;
  uidAt(row: number): string;
  refAt(row: number): ObjectRef;
  parse(row: number): KubeObject;
  /** When the row was last written; 0 for a free row. */
  revisionAt(row: number): number;
  /** Seconds since the epoch; 0 when it has none. */
  createdAt(row: number): number;
  size(): number;
  texts: TextStore;
  order: RowOrder;
  labels: LabelIndex;
  namespaces: ValueIndex;
  nodes: ValueIndex;
  statuses: StatusIndex;
  phases: ValueIndex;
  owners: OwnerIndex;
  ends: EndIndex;
  selectors: SelectorIndex;
}>;

/** An object's key within its table. */
export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""} ${name}`;

export const nameOfKey = (key: string): string => key.slice(key.indexOf(" ") + 1);

/** `relations` false: what objects name and select is not kept. */
export type TableDeps = TextDeps & Readonly<{ relations: boolean }>;

export function createTable(
  { relations, ...deps }: TableDeps,
  { cluster, resource }: Readonly<{ cluster: ClusterId; resource: Resource }>,
): Table {
  const texts = createTextStore(deps);
  const rows = createRows();
  const order = createRowOrder(rows.keyAt);
  const labels = createLabelIndex();
  const [namespaces, nodes, phases] = [createValueIndex(), createValueIndex(), createValueIndex()];
  const statuses = createStatusIndex();
  const owners = createOwnerIndex();
  const ends = createEndIndex();
  const selectors = createSelectorIndex();
  const created = float64Column();
  const revisions = float64Column();
  /** ResourceVersions, where they are whole numbers; else 0. */
  const versions = float64Column();
  const indexes = [labels, namespaces, nodes, statuses, phases, owners, ends, selectors];
  const isPod = isPodKind(resource);
  const keys = new WeakMap<CommonFacts, CommonKeys>();
  const keysOf = (common: CommonFacts): CommonKeys => {
    const known = keys.get(common);
    if (known !== undefined) return known;
    const made = { labels: keyOfLabels(common.labels), ends: endListOf(common.ends) };
    keys.set(common, made);
    return made;
  };

  const put = (facts: Facts, revision: number, common?: CommonKeys): number => {
    const key = keyOf(facts.namespace, facts.name);
    const known = rows.rowOf(key);
    const row = known ?? rows.take(key);
    if (known === undefined) order.add(key, row);
    rows.setUid(row, facts.uid);
    labels.set(row, facts.labels, common?.labels);
    namespaces.set(row, facts.namespace);
    nodes.set(row, facts.node);
    statuses.set(row, facts);
    phases.set(row, facts.phase);
    owners.set(row, facts.owners);
    if (relations) {
      if (common === undefined) ends.set(row, facts.ends);
      else ends.setList(row, common.ends);
      selectors.set(row, facts.namespace, facts.selector);
    }
    created.set(row, facts.createdAt);
    versions.set(row, wholeNumber.test(facts.resourceVersion) ? Number(facts.resourceVersion) : 0);
    revisions.set(row, revision);
    return row;
  };
  const factsAt = (row: number): Facts => {
    const health = statuses.healthOf(row);
    if (health === "") throw new RangeError(`row ${row} is free`);
    const uids = owners.ownersOf(row);
    return {
      namespace: namespaces.valueOf(row),
      name: nameOfKey(rows.keyAt(row)),
      uid: rows.uidAt(row),
      resourceVersion: `${versions.get(row) || ""}`,
      labels: labels.setOf(row)?.value ?? {},
      owners: uids.map((uid) => ({ uid })),
      // Most have one owner, which made them; what is like them is only guessed by it.
      maker: uids[0] ?? "",
      node: nodes.valueOf(row),
      word: statuses.wordOf(row),
      health,
      phase: phases.valueOf(row),
      ends: ends.endsOf(row),
      selector: selectors.selectorOf(row),
      createdAt: created.get(row),
    };
  };
  return {
    cluster,
    resource,
    name: `${cluster} ${resource.group} ${resource.kind}`,
    upsert({ object, digest }, revision) {
      const facts = factsOf(object, { isPod, relations });
      const row = put(facts, revision);
      texts.write(row, { json: JSON.stringify(object), note: digest, family: facts.maker });
      return row;
    },
    adopt: ({ facts, common, text }, revision) => texts.adopt(put(facts, revision, keysOf(common)), text),
    toKeep: (row) => ({ facts: factsAt(row), text: texts.encoded(row) }),
    remove(row) {
      order.remove(rows.keyAt(row));
      for (const index of indexes) index.remove(row);
      texts.erase(row);
      revisions.set(row, 0);
      rows.free(row);
    },
    rowOf: rows.rowOf,
    rowOfUid: rows.rowOfUid,
    keyAt: rows.keyAt,
    uidAt: rows.uidAt,
    refAt: (row) => refOf({ cluster, resource }, rows.keyAt(row), rows.uidAt(row)),
    parse: (row) => JSON.parse(texts.json(row)) as KubeObject,
    revisionAt: (row) => revisions.get(row),
    createdAt: (row) => created.get(row),
    size: order.size,
    texts,
    order,
    labels,
    namespaces,
    nodes,
    statuses,
    phases,
    owners,
    ends,
    selectors,
  };
}

/** What the indexes know by of facts that many rows share. */
type CommonKeys = Readonly<{ labels: string; ends: EndList }>;

/** As far as a double holds it exactly. */
const wholeNumber = /^[1-9][0-9]{0,14}$/;

function refOf({ cluster, resource }: Pick<Table, "cluster" | "resource">, key: string, uid: string): ObjectRef {
  const namespace = key.slice(0, key.indexOf(" "));
  return {
    cluster,
    group: resource.group,
    version: resource.version,
    kind: resource.kind,
    ...(namespace === "" ? {} : { namespace }),
    name: nameOfKey(key),
    ...(uid === "" ? {} : { uid }),
  };
}

type Rows = Readonly<{
  take(key: string): number;
  free(row: number): void;
  setUid(row: number, uid: string): void;
  rowOf(key: string): number | undefined;
  rowOfUid(uid: string): number | undefined;
  keyAt(row: number): string;
  uidAt(row: number): string;
}>;

/** Row numbers by key and uid; freed ones are given out again. */
function createRows(): Rows {
  const byKey = new Map<string, number>();
  const byUid = new Map<string, number>();
  const keys: string[] = [];
  const uids: string[] = [];
  const free: number[] = [];
  const setUid = (row: number, uid: string): void => {
    const known = uids[row] ?? "";
    if (known === uid) return;
    if (known !== "" && byUid.get(known) === row) byUid.delete(known);
    if (uid !== "") byUid.set(uid, row);
    uids[row] = uid;
  };
  return {
    take(key) {
      const row = free.pop() ?? keys.length;
      keys[row] = key;
      byKey.set(key, row);
      return row;
    },
    free(row) {
      byKey.delete(keys[row] ?? "");
      setUid(row, "");
      keys[row] = "";
      free.push(row);
    },
    setUid,
    rowOf: (key) => byKey.get(key),
    rowOfUid: (uid) => byUid.get(uid),
    keyAt: (row) => keys[row] ?? "",
    uidAt: (row) => uids[row] ?? "",
  };
}
