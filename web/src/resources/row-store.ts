import { type FailureWords } from "../app/failure-words.ts";
import { type Page, type RowChange } from "./row.ts";
import { keepMarks, noRows, pagesInSight, patchRows, type Rows, withPage } from "./rows.ts";

export type RowsState = Readonly<{ rows: Rows; failure?: FailureWords }>;

export type RowStoreOptions = Readonly<{
  /** What is remembered from before. */
  known?: Rows;
  /** True when an update can neither move a row nor let it in or out. */
  byIdentityOnly: boolean;
  ask(page: number): Promise<Readonly<{ page?: Page; failure?: FailureWords }>>;
}>;

/** The rows of one question: pages as they come into sight, changes as they are told. */
export type RowStore = Readonly<{
  state(): RowsState;
  subscribe(listener: () => void): () => void;
  /** These rows are looked at now. */
  sight(first: number, last: number): void;
  changed(changes: readonly RowChange[]): void;
  /** Everything is asked for anew. */
  refresh(): void;
  /** Asks until the end that it answers is called. */
  begin(): () => void;
}>;

/** Pages that are asked for at a time: while one scrolls fast, those passed by are never asked for. */
const askedAtOnce = 2;
/** Counts and order follow changes at most this often. */
const refreshMs = 1_000;
const afterFailureMs = 3_000;
/** Also when nothing is told: what rows are sorted by may change with the time alone. */
const idleMs = 30_000;

export function createRowStore({ known = noRows, byIdentityOnly, ask }: RowStoreOptions): RowStore {
  let state: RowsState = { rows: known };
  let round = 1;
  let seen: readonly [first: number, last: number] = [0, 50];
  let refreshing: ReturnType<typeof setTimeout> | undefined;
  let over = true;
  const asking = new Set<number>();
  const listeners = new Set<() => void>();

  const set = (next: RowsState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const pump = (): void => {
    if (over) return;
    for (const page of pagesInSight(...seen, state.rows.total)) {
      if (asking.size >= askedAtOnce) return;
      const known = state.rows.pages.get(page);
      if (!asking.has(page) && (known === undefined || known.round < round)) void load(page);
    }
  };
  const load = async (at: number): Promise<void> => {
    asking.add(at);
    const asked = round;
    const { page, failure } = await ask(at);
    asking.delete(at);
    if (over) return;
    if (page === undefined) {
      set({ ...state, ...(failure !== undefined && { failure }) });
      if (failure?.leave !== true) schedule(afterFailureMs);
      return;
    }
    const items = keepMarks(page.items, state.rows.pages.get(at)?.items);
    set({ rows: withPage(state.rows, { at, answer: { ...page, items }, round: asked }) });
    pump();
    if (asking.size === 0) schedule(idleMs);
  };
  let dueMs = Number.POSITIVE_INFINITY;
  const schedule = (waitMs: number): void => {
    const due = performance.now() + waitMs;
    if (due >= dueMs) return;
    clearTimeout(refreshing);
    dueMs = due;
    refreshing = setTimeout(() => {
      dueMs = Number.POSITIVE_INFINITY;
      round += 1;
      pump();
    }, waitMs);
  };

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    sight(first, last) {
      seen = [first, last];
      pump();
    },
    changed(changes) {
      const { rows, moved } = patchRows(state.rows, changes, byIdentityOnly);
      if (rows !== state.rows) set({ ...state, rows });
      if (moved) schedule(refreshMs);
    },
    refresh: () => schedule(0),
    begin() {
      over = false;
      dueMs = Number.POSITIVE_INFINITY;
      pump();
      return () => {
        over = true;
        clearTimeout(refreshing);
      };
    },
  };
}
