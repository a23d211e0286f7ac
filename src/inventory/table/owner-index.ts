import { type OwnerReference } from "../../model/index.ts";

/** Rows by the uids of their owners; most have one, few have several. */
export type OwnerIndex = Readonly<{
  set(row: number, owners: readonly OwnerReference[]): void;
  remove(row: number): void;
  /** Rows that name this uid among their owners. */
  rows(uid: string): ReadonlySet<number>;
  ownersOf(row: number): readonly string[];
}>;

const none: ReadonlySet<number> = new Set();
const nobody: readonly string[] = [];

export function createOwnerIndex(): OwnerIndex {
  const owned = new Map<string, Readonly<{ uids: readonly string[]; rows: Set<number> }>>();
  const ownersOf: (readonly string[])[] = [];
  const remove = (row: number): void => {
    for (const uid of ownersOf[row] ?? nobody) {
      const group = owned.get(uid);
      group?.rows.delete(row);
      if (group?.rows.size === 0) owned.delete(uid);
    }
    ownersOf[row] = nobody;
  };
  return {
    set(row, owners) {
      const current = ownersOf[row] ?? nobody;
      if (current.length === owners.length && owners.every(({ uid }, index) => current[index] === uid)) return;
      remove(row);
      const uids = owners.map(({ uid }) => uid);
      for (const uid of uids) {
        const group = owned.get(uid);
        if (group === undefined) owned.set(uid, { uids: [uid], rows: new Set([row]) });
        else group.rows.add(row);
      }
      // Rows of one owner share one list.
      const [only] = uids;
      ownersOf[row] = uids.length === 1 && only !== undefined ? (owned.get(only)?.uids ?? uids) : uids;
    },
    remove,
    rows: (uid) => owned.get(uid)?.rows ?? none,
    ownersOf: (row) => ownersOf[row] ?? nobody,
  };
}
