import { attributeNames, attributeOf, type Scalar, scalarAt } from "../../model/index.ts";
import { type Sort } from "../model.ts";
import { nameOfKey, type Table } from "../table/table.ts";

/** What is compared; null for an object that has no such thing. */
export type SortValue = Scalar | null;

/** Where an object stands: by its value, then by what it is. Two objects never share a key. */
export type SortKey = Readonly<{ value: SortValue; table: string; key: string }>;

/** How one query sorts; `valueOf` may have to parse. */
export type Sorting = Readonly<{
  /** Equal for two queries that sort alike. */
  name: string;
  byIdentity: boolean;
  valueOf(table: Table, row: number): SortValue;
  compare(a: SortKey, b: SortKey): number;
}>;

export function createSorting({ by, descending = false }: Sort): Sorting {
  const direction = descending ? -1 : 1;
  return {
    name: `${descending ? "-" : ""}${by}`,
    byIdentity: by === "identity" && !descending,
    valueOf: values.get(by) ?? (attributeNames.has(by) ? attributeNamed(by) : valueAt(by.split("."))),
    compare: (a, b) =>
      direction * (compareValues(a.value, b.value) || compareTexts(a.table, b.table) || compareTexts(a.key, b.key)),
  };
}

const values: ReadonlyMap<string, Sorting["valueOf"]> = new Map<string, Sorting["valueOf"]>([
  ["identity", () => null],
  ["name", (table, row) => nameOfKey(table.keyAt(row))],
  ["cluster", ({ cluster }) => cluster],
  ["kind", ({ resource }) => resource.kind],
  ["namespace", (table, row) => table.namespaces.valueOf(row) || null],
  // Youngest first: an age is the smaller, the later it began.
  ["age", (table, row) => (table.createdAt(row) === 0 ? null : -table.createdAt(row))],
  ["status", (table, row) => table.statuses.wordOf(row)],
  ["health", (table, row) => table.statuses.healthOf(row) || null],
  ["createdAt", (table, row) => table.createdAt(row) || null],
  ["node", (table, row) => table.nodes.valueOf(row) || attributeNamed("node")(table, row)],
  ["phase", (table, row) => table.phases.valueOf(row) || null],
]);

/** Has to parse; lists count as one text. */
const attributeNamed =
  (name: string): Sorting["valueOf"] =>
  (table, row) => {
    const object = table.parse(row);
    const value = attributeOf(object, name) ?? scalarAt(object, [name]) ?? null;
    return typeof value === "object" ? (value?.join() ?? null) : value;
  };

const valueAt =
  (path: readonly string[]): Sorting["valueOf"] =>
  (table, row) =>
    scalarAt(table.parse(row), path) ?? null;

const ranks: readonly string[] = ["object", "boolean", "number", "string"];

function compareValues(a: SortValue, b: SortValue): number {
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (typeof a !== typeof b) return ranks.indexOf(typeof a) - ranks.indexOf(typeof b);
  return Number(a) - Number(b);
}

export const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
