import { labelsMatch, type LabelSelector, type Requirement } from "../../model/index.ts";
import { createRowGroups, type RowGroup } from "./row-groups.ts";

export type Labels = Readonly<Record<string, string>>;

/** All rows with exactly the same labels: pods of one ReplicaSet, say. */
export type LabelSet = RowGroup<Labels>;

/** Labels by row; each distinct set of labels is kept once, and found by each of its pairs and keys. */
export type LabelIndex = Readonly<{
  /** `key`: what `keyOfLabels` says of them, where that is known. */
  set(row: number, labels: Labels, key?: string): void;
  remove(row: number): void;
  /** The row's set; undefined where the row has none. Equal labels are the same set. */
  setOf(row: number): LabelSet | undefined;
  /** The sets that match, found by the requirement that leaves the fewest to look at. */
  matching(selector: LabelSelector): readonly LabelSet[];
}>;

/** The same of the same labels in the same order. */
export const keyOfLabels = (labels: Labels): string => JSON.stringify(labels);

export function createLabelIndex(): LabelIndex {
  const byPair = createGroups();
  const byKey = createGroups();
  const sets = createRowGroups<Labels>({
    opened(set) {
      for (const [key, value] of Object.entries(set.value)) {
        byPair.add(pairOf(key, value), set);
        byKey.add(key, set);
      }
    },
    closed(set) {
      for (const [key, value] of Object.entries(set.value)) {
        byPair.remove(pairOf(key, value), set);
        byKey.remove(key, set);
      }
    },
  });
  /** Undefined: this requirement narrows nothing, for objects without the label may match. */
  const candidates = ({ key, operator, values }: Requirement): readonly ReadonlySet<LabelSet>[] | undefined => {
    if (operator === "in") return values.map((value) => byPair.get(pairOf(key, value)));
    return operator === "exists" || operator === "gt" || operator === "lt" ? [byKey.get(key)] : undefined;
  };
  return {
    set: (row, labels, key = keyOfLabels(labels)) => sets.set(row, key, () => ({ ...labels })),
    remove: sets.remove,
    setOf: sets.of,
    matching(selector) {
      const narrow = selector
        .map(candidates)
        .filter((groups) => groups !== undefined)
        .map((groups) => ({ groups, size: groups.reduce((sum, { size }) => sum + size, 0) }))
        .toSorted((a, b) => a.size - b.size)[0];
      const near = narrow === undefined ? [...sets.all()] : narrow.groups.flatMap((group) => [...group]);
      return near.filter(({ value }) => labelsMatch(selector, value));
    },
  };
}

const pairOf = (key: string, value: string): string => `${key}=${value}`;

type Groups = Readonly<{
  add(name: string, set: LabelSet): void;
  remove(name: string, set: LabelSet): void;
  get(name: string): ReadonlySet<LabelSet>;
}>;

const none: ReadonlySet<LabelSet> = new Set();

function createGroups(): Groups {
  const groups = new Map<string, Set<LabelSet>>();
  return {
    add(name, set) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, new Set([set]));
      else group.add(set);
    },
    remove(name, set) {
      const group = groups.get(name);
      group?.delete(set);
      if (group?.size === 0) groups.delete(name);
    },
    get: (name) => groups.get(name) ?? none,
  };
}
