/** Rows that have something in common, in the order in which they came to have it. */
export type RowSet = Iterable<number> & Readonly<{ size: number; has(row: number): boolean }>;

/** What its rows have in common; there as long as it has rows. */
export type RowGroup<T> = Readonly<{ key: string; value: T; rows: RowSet }>;

/** Each row in one group or none, twelve bytes a row, however many groups there are. */
export type RowGroups<T> = Readonly<{
  /** Moves the row into the group of this key; `make` gives the group's value where it is the first. */
  set(row: number, key: string, make: () => T): void;
  remove(row: number): void;
  of(row: number): RowGroup<T> | undefined;
  get(key: string): RowGroup<T> | undefined;
  all(): Iterable<RowGroup<T>>;
}>;

/** Told of groups that came to be and that are no more. */
export type GroupEvents<T> = Readonly<{
  opened?(group: RowGroup<T>): void;
  closed?(group: RowGroup<T>): void;
}>;

/** The members of all groups as linked lists in one array: next and previous row, each plus one, and the group's number. */
class Cells {
  #cells = new Uint32Array(0);

  reserve(row: number): void {
    const wanted = (row + 1) * 3;
    if (wanted <= this.#cells.length) return;
    const grown = new Uint32Array(Math.max(wanted, 24, Math.ceil(this.#cells.length * 1.5)));
    grown.set(this.#cells);
    this.#cells = grown;
  }
  next = (row: number): number => (this.#cells[row * 3] ?? 0) - 1;
  previous = (row: number): number => (this.#cells[row * 3 + 1] ?? 0) - 1;
  group = (row: number): number => this.#cells[row * 3 + 2] ?? 0;
  link(row: number, next: number): void {
    if (row >= 0) this.#cells[row * 3] = next + 1;
    if (next >= 0) this.#cells[next * 3 + 1] = row + 1;
  }
  setGroup(row: number, group: number): void {
    this.#cells[row * 3 + 2] = group;
  }
}

class Members implements RowSet {
  readonly id: number;
  readonly #cells: Cells;
  #first = -1;
  #last = -1;
  size = 0;

  constructor(cells: Cells, id: number) {
    this.#cells = cells;
    this.id = id;
  }
  has(row: number): boolean {
    return this.#cells.group(row) === this.id;
  }
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let row = this.#first; row >= 0; row = this.#cells.next(row)) yield row;
  }
  add(row: number): void {
    const cells = this.#cells;
    cells.reserve(row);
    cells.setGroup(row, this.id);
    cells.link(row, -1);
    cells.link(this.#last, row);
    if (this.#last < 0) {
      cells.link(-1, row);
      this.#first = row;
    }
    this.#last = row;
    this.size += 1;
  }
  delete(row: number): void {
    const [previous, next] = [this.#cells.previous(row), this.#cells.next(row)];
    this.#cells.link(previous, next);
    if (previous < 0) this.#first = next;
    if (next < 0) this.#last = previous;
    this.#cells.setGroup(row, 0);
    this.size -= 1;
  }
}

type Known<T> = RowGroup<T> & Readonly<{ rows: Members }>;

/** Most kinds of most clusters have no objects: nothing is made for them. */
export function createRowGroups<T>(events: GroupEvents<T> = {}): RowGroups<T> {
  let groups: RowGroups<T> | undefined;
  return {
    set: (row, key, make) => (groups ??= createFilledGroups(events)).set(row, key, make),
    remove: (row) => groups?.remove(row),
    of: (row) => groups?.of(row),
    get: (key) => groups?.get(key),
    all: () => groups?.all() ?? [],
  };
}

function createFilledGroups<T>({ opened, closed }: GroupEvents<T>): RowGroups<T> {
  const cells = new Cells();
  const byKey = new Map<string, Known<T>>();
  /** By number; the first stands for none. */
  const byId: (Known<T> | undefined)[] = [undefined];
  const freeIds: number[] = [];

  const groupOf = (row: number): Known<T> | undefined => byId[cells.group(row)];
  const remove = (row: number): void => {
    const group = groupOf(row);
    if (group === undefined) return;
    group.rows.delete(row);
    if (group.rows.size > 0) return;
    byKey.delete(group.key);
    byId[group.rows.id] = undefined;
    freeIds.push(group.rows.id);
    closed?.(group);
  };
  const open = (key: string, value: T): Known<T> => {
    const id = freeIds.pop() ?? byId.length;
    const group = { key, value, rows: new Members(cells, id) };
    byId[id] = group;
    byKey.set(key, group);
    opened?.(group);
    return group;
  };
  return {
    set(row, key, make) {
      if (groupOf(row)?.key === key) return;
      remove(row);
      (byKey.get(key) ?? open(key, make())).rows.add(row);
    },
    remove,
    of: groupOf,
    get: (key) => byKey.get(key),
    all: () => byKey.values(),
  };
}

/** No rows. */
export const noRows: RowSet = new Set<number>();
