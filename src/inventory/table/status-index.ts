import { type HealthWord } from "../../model/index.ts";

/** All rows that have one status word and one health. */
export type StatusGroup = Readonly<{ word: string; health: HealthWord; rows: ReadonlySet<number> }>;

/** A status and a health a row, and the rows of each pair. A pair that no row has any more takes no memory. */
export type StatusIndex = Readonly<{
  set(row: number, status: Readonly<{ word: string; health: HealthWord }>): void;
  remove(row: number): void;
  /** "" where the row has none. */
  wordOf(row: number): string;
  healthOf(row: number): HealthWord | "";
  groups(): Iterable<StatusGroup>;
}>;

export function createStatusIndex(): StatusIndex {
  type Held = StatusGroup & Readonly<{ rows: Set<number> }>;
  const groups = new Map<string, Held>();
  const groupOf: (Held | undefined)[] = [];
  const keyOf = ({ word, health }: Pick<StatusGroup, "word" | "health">): string => `${health} ${word}`;
  const remove = (row: number): void => {
    const group = groupOf[row];
    if (group === undefined) return;
    group.rows.delete(row);
    if (group.rows.size === 0) groups.delete(keyOf(group));
    groupOf[row] = undefined;
  };
  return {
    set(row, { word, health }) {
      const known = groupOf[row];
      if (known?.word === word && known.health === health) return;
      remove(row);
      const key = keyOf({ word, health });
      const group = groups.get(key) ?? { word, health, rows: new Set() };
      groups.set(key, group);
      group.rows.add(row);
      groupOf[row] = group;
    },
    remove,
    wordOf: (row) => groupOf[row]?.word ?? "",
    healthOf: (row) => groupOf[row]?.health ?? "",
    groups: () => groups.values(),
  };
}
