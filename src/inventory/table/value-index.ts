/** All rows that have one value. */
export type ValueGroup = Readonly<{ value: string; rows: Set<number> }>;

/** One value a row, and the rows of each value. A value that no row has any more takes no memory. */
export type ValueIndex = Readonly<{
  set(row: number, value: string): void;
  remove(row: number): void;
  /** "" where the row has none. */
  valueOf(row: number): string;
  rows(value: string): ReadonlySet<number>;
  groups(): Iterable<ValueGroup>;
}>;

const none: ReadonlySet<number> = new Set();

export function createValueIndex(): ValueIndex {
  const groups = new Map<string, ValueGroup>();
  const groupOf: (ValueGroup | undefined)[] = [];
  const remove = (row: number): void => {
    const group = groupOf[row];
    if (group === undefined) return;
    group.rows.delete(row);
    if (group.rows.size === 0) groups.delete(group.value);
    groupOf[row] = undefined;
  };
  return {
    set(row, value) {
      if (groupOf[row]?.value === value) return;
      remove(row);
      let group = groups.get(value);
      if (group === undefined) {
        group = { value, rows: new Set() };
        groups.set(value, group);
      }
      group.rows.add(row);
      groupOf[row] = group;
    },
    remove,
    valueOf: (row) => groupOf[row]?.value ?? "",
    rows: (value) => groups.get(value)?.rows ?? none,
    groups: () => groups.values(),
  };
}
