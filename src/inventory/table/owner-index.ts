import { type OwnerReference } from "../../model/index.ts";
import { createRowGroups, noRows, type RowGroup } from "./row-groups.ts";

/** Rows by the uids of their owners; most have one, few have several. */
export type OwnerIndex = Readonly<{
  set(row: number, owners: readonly Pick<OwnerReference, "uid">[]): void;
  remove(row: number): void;
  /** Rows that name this uid among their owners. */
  rows(uid: string): Iterable<number> & Readonly<{ size: number }>;
  ownersOf(row: number): readonly string[];
}>;

const nobody: readonly string[] = [];

/** Rows of the same owners share one list of them. */
export function createOwnerIndex(): OwnerIndex {
  /** Lists of more than one owner, by each of them. */
  const shared = new Map<string, Set<RowGroup<readonly string[]>>>();
  const groups = createRowGroups<readonly string[]>({
    opened(group) {
      if (group.value.length < 2) return;
      for (const uid of group.value) shared.set(uid, (shared.get(uid) ?? new Set()).add(group));
    },
    closed(group) {
      if (group.value.length < 2) return;
      for (const uid of group.value) {
        shared.get(uid)?.delete(group);
        if (shared.get(uid)?.size === 0) shared.delete(uid);
      }
    },
  });
  return {
    set(row, owners) {
      const [first] = owners;
      if (first === undefined) groups.remove(row);
      else if (owners.length === 1) groups.set(row, first.uid, () => [first.uid]);
      else {
        const uids = owners.map(({ uid }) => uid);
        groups.set(row, uids.join("\n"), () => uids);
      }
    },
    remove: groups.remove,
    rows(uid) {
      const sole = groups.get(uid)?.rows ?? noRows;
      const others = shared.get(uid);
      return others === undefined ? sole : new Set([...sole, ...[...others].flatMap(({ rows }) => [...rows])]);
    },
    ownersOf: (row) => groups.of(row)?.value ?? nobody,
  };
}
