import { labelsMatch, type LabelSelector, type Requirement } from "../../model/index.ts";

export type Labels = Readonly<Record<string, string>>;

/** All rows with exactly the same labels: pods of one ReplicaSet, say. */
export type LabelSet = Readonly<{ text: string; labels: Labels; rows: Set<number> }>;

/** Labels by row; each distinct set of labels is kept once, and found by each of its pairs and keys. */
export type LabelIndex = Readonly<{
  set(row: number, labels: Labels): void;
  remove(row: number): void;
  /** The row's set; undefined where the row has none. Equal labels are the same set. */
  setOf(row: number): LabelSet | undefined;
  /** The sets that match, found by the requirement that leaves the fewest to look at. */
  matching(selector: LabelSelector): readonly LabelSet[];
}>;

export function createLabelIndex(): LabelIndex {
  const sets = new Map<string, LabelSet>();
  const setOf: (LabelSet | undefined)[] = [];
  const byPair = createGroups();
  const byKey = createGroups();

  const remove = (row: number): void => {
    const set = setOf[row];
    if (set === undefined) return;
    setOf[row] = undefined;
    set.rows.delete(row);
    if (set.rows.size > 0) return;
    sets.delete(set.text);
    for (const [key, value] of Object.entries(set.labels)) {
      byPair.remove(pairOf(key, value), set);
      byKey.remove(key, set);
    }
  };
  const create = (text: string, labels: Labels): LabelSet => {
    const set: LabelSet = { text, labels: { ...labels }, rows: new Set() };
    sets.set(text, set);
    for (const [key, value] of Object.entries(labels)) {
      byPair.add(pairOf(key, value), set);
      byKey.add(key, set);
    }
    return set;
  };
  /** Undefined: this requirement narrows nothing, for objects without the label may match. */
  const candidates = ({ key, operator, values }: Requirement): readonly ReadonlySet<LabelSet>[] | undefined => {
    if (operator === "in") return values.map((value) => byPair.get(pairOf(key, value)));
    return operator === "exists" || operator === "gt" || operator === "lt" ? [byKey.get(key)] : undefined;
  };
  return {
    set(row, labels) {
      const text = JSON.stringify(labels);
      if (setOf[row]?.text === text) return;
      remove(row);
      const set = sets.get(text) ?? create(text, labels);
      set.rows.add(row);
      setOf[row] = set;
    },
    remove,
    setOf: (row) => setOf[row],
    matching(selector) {
      const narrow = selector
        .map(candidates)
        .filter((groups) => groups !== undefined)
        .map((groups) => ({ groups, size: groups.reduce((sum, { size }) => sum + size, 0) }))
        .toSorted((a, b) => a.size - b.size)[0];
      const near = narrow === undefined ? [...sets.values()] : narrow.groups.flatMap((group) => [...group]);
      return near.filter(({ labels }) => labelsMatch(selector, labels));
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
