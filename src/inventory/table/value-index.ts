import { createRowGroups, noRows, type RowGroup, type RowSet } from "./row-groups.ts";

/** One value a row, and the rows of each value. A value that no row has any more takes no memory. */
export type ValueIndex = Readonly<{
  /** "" is a value too. */
  set(row: number, value: string): void;
  remove(row: number): void;
  /** "" where the row has none. */
  valueOf(row: number): string;
  rows(value: string): RowSet;
  groups(): Iterable<RowGroup<string>>;
}>;

export function createValueIndex(): ValueIndex {
  const groups = createRowGroups<string>();
  return {
    set: (row, value) => groups.set(row, value, () => value),
    remove: groups.remove,
    valueOf: (row) => groups.of(row)?.value ?? "",
    rows: (value) => groups.get(value)?.rows ?? noRows,
    groups: groups.all,
  };
}
