import { type Stored } from "./model.ts";

/** The objects of one collection, by namespace and name. */
export type Shelf = Readonly<{
  get(namespace: string, name: string): Stored | undefined;
  /** Of one namespace, or of all: in order of namespace, then name. Not changed by later writes. */
  list(namespace: string | undefined): readonly Stored[];
  set(stored: Stored): void;
  delete(stored: Stored): void;
}>;

/** Sorting waits until someone lists, and concerns only the namespaces in which something changed. */
export function createShelf(): Shelf {
  const boards = new Map<string, Board>();
  let all: readonly Stored[] | undefined;
  const boardOf = (namespace: string): Board => {
    const known = boards.get(namespace);
    if (known !== undefined) return known;
    const board = createBoard();
    boards.set(namespace, board);
    return board;
  };
  return {
    get: (namespace, name) => boards.get(namespace)?.get(name),
    list(namespace) {
      if (namespace !== undefined) return boards.get(namespace)?.list() ?? [];
      all ??= [...boards]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, board]) => (board.size() === 0 ? [] : board.list()));
      return all;
    },
    set(stored) {
      all = undefined;
      boardOf(stored.namespace).set(stored);
    },
    delete({ namespace, name }) {
      all = undefined;
      const board = boards.get(namespace);
      board?.delete(name);
      if (board?.size() === 0) boards.delete(namespace);
    },
  };
}

/** One namespace of a collection. */
type Board = Readonly<{
  get(name: string): Stored | undefined;
  list(): readonly Stored[];
  set(stored: Stored): void;
  delete(name: string): void;
  size(): number;
}>;

function createBoard(): Board {
  const objects = new Map<string, Stored>();
  let names: string[] | undefined = [];
  let sorted: readonly Stored[] | undefined;
  return {
    get: (name) => objects.get(name),
    list() {
      // A list that is sorted but for its last few is sorted in one pass.
      names ??= [...objects.keys()].sort();
      sorted ??= names.flatMap((name) => objects.get(name) ?? []);
      return sorted;
    },
    set(stored) {
      const { name } = stored;
      // Whoever lists between each two writes finds the names in order already.
      if (!objects.has(name)) {
        if (names !== undefined && (names.length === 0 || (names.at(-1) ?? "") < name)) names.push(name);
        else names = undefined;
      }
      objects.set(name, stored);
      sorted = undefined;
    },
    delete(name) {
      objects.delete(name);
      names = undefined;
      sorted = undefined;
    },
    size: () => objects.size,
  };
}
