import { type Breather, createBreather, type Clock } from "../../base/index.ts";
import { type StoreQuery } from "../model.ts";
import { type Table } from "../table/table.ts";
import { type Best, type Candidate, createBest } from "./best.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { rowTest, type RowTest } from "./match.ts";
import { type Plan, planTable } from "./plan.ts";
import { keyBefore, windowOf } from "./leap.ts";
import { checkLimit, checkOffset, parseSelection, type Selection } from "./selection.ts";
import { createSorting, type SortKey, type Sorting } from "./sort.ts";

/** Rows of a part of a page, in order, as they are now. */
export type FoundRows = readonly Readonly<{ table: Table; row: number }>[];

export type RunDeps = Readonly<{
  /** In order of their names; those of the asked clusters and kinds. */
  tables: readonly Table[];
  clock: Clock;
  signal: AbortSignal | undefined;
}>;

type Run = Readonly<{
  tables: readonly Table[];
  selection: Selection;
  sorting: Sorting;
  after: SortKey | undefined;
  limit: number;
  breather: Breather;
}>;

/** An index that leaves more rows than this is no better than walking in order until the page is full. */
const fewRows = 2_000;
/** Rows between two looks at the clock. */
const batch = 256;

/** Objects that are read at once: about 10 µs each. */
const slice = 128;

/** `rows`: those that still match, to be read at once; `rest`: these, and what is likely to follow. */
export type Slice = Readonly<{ rows(): FoundRows; rest(): FoundRows }>;

/**
 * Finds, sorts and cuts to one page, which is told slice by slice, as fast as it is asked for; the event loop turns in
 * between. What changed meanwhile is looked at again. At the end: `next` where more may follow.
 */
export async function* runQuery(
  query: StoreQuery,
  { tables, clock, signal }: RunDeps,
): AsyncGenerator<Slice, Readonly<{ next?: string }>, undefined> {
  signal?.throwIfAborted();
  const sorting = createSorting(query.sort ?? { by: "identity" });
  const offset = checkOffset(query);
  const run: Run = {
    tables,
    selection: parseSelection(query),
    sorting,
    after: query.cursor === undefined ? undefined : readCursor(sorting, query.cursor),
    limit: checkLimit(query.limit),
    breather: createBreather(clock, signal),
  };
  const found = await findRows(run, offset);
  for (let from = 0; from < found.length; from += slice) {
    const pause = run.breather.pause();
    if (pause !== undefined) await pause;
    yield {
      rows: () => found.slice(from, from + slice).filter((candidate) => isCurrent(run, candidate)),
      rest: () => found.slice(from),
    };
  }
  const last = found.at(-1);
  const ended = found.length < run.limit || last === undefined;
  return ended ? {} : { next: writeCursor(sorting, last.key) };
}

async function findRows(run: Run, offset: number): Promise<readonly Candidate[]> {
  if (!run.sorting.byIdentity) return await searchTables(run, offset);
  if (offset === 0) return await walkTables(run);
  const after = await keyBefore({ ...run, pause: run.breather.pause }, offset);
  return after === undefined ? [] : await walkTables({ ...run, after });
}

/** In order of identity tables follow each other: those behind a full page are not even looked at. */
async function walkTables(run: Run): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const table of run.tables) {
    const wanted = run.limit - found.length;
    if (wanted <= 0) break;
    if (run.after !== undefined && table.name < run.after.table) continue;
    const plan = planTable(table, run.selection);
    if (plan.size > 0) for (const candidate of await firstOf(run, { table, plan, wanted })) found.push(candidate);
    const pause = run.breather.pause();
    if (pause !== undefined) await pause;
  }
  return found;
}

type Part = Readonly<{ table: Table; plan: Plan; wanted: number }>;

async function firstOf(run: Run, { table, plan, wanted }: Part): Promise<readonly Candidate[]> {
  if (plan.index === "order" || (plan.size > fewRows && wanted < plan.size)) return walk(run, table, wanted);
  const best = createBest(run.sorting, wanted);
  await search(run, { table, plan }, best);
  return best.take();
}

async function walk(run: Run, table: Table, wanted: number): Promise<readonly Candidate[]> {
  const test = rowTest(table, run.selection);
  const found: Candidate[] = [];
  let from = run.after?.table === table.name ? run.after.key : "";
  for (;;) {
    const rows = table.order.after(from, batch);
    for (const row of rows) {
      if (found.length >= wanted) return found;
      if (test(row)) found.push(candidateOf(run, table, row));
      from = table.keyAt(row);
      const pause = run.breather.pause();
      if (pause === undefined) continue;
      // The rows at hand may have changed meanwhile: go on from the key.
      await pause;
      break;
    }
    if (rows.length === 0) return found;
  }
}

/** What is far behind cannot be found by keeping the first few: then all that match are kept. */
const nearOffset = 500;

async function searchTables(run: Run, offset: number): Promise<readonly Candidate[]> {
  const all: Candidate[] = [];
  const best = offset > nearOffset ? keeping(all) : createBest(run.sorting, offset + run.limit);
  for (const table of run.tables) await search(run, { table, plan: planTable(table, run.selection) }, best);
  if (offset <= nearOffset) return best.take().slice(offset);
  return await windowOf(all, {
    offset,
    limit: run.limit,
    compare: run.sorting.compare,
    pause: run.breather.pause,
  });
}

const keeping = (all: Candidate[]): Best => ({
  mayHold: () => true,
  offer: (candidate) => void all.push(candidate),
  take: () => all,
});

/** Every row that the plan gives; rows are numbers that stay, so the list may be older than what is looked at. */
async function search(run: Run, { table, plan }: Pick<Part, "table" | "plan">, best: Best): Promise<void> {
  const test = rowTest(table, run.selection);
  let sincePause = 0;
  for (const row of plan.rows()) {
    offer(run, { table, row, test }, best);
    if (++sincePause % 16 !== 0) continue;
    const pause = run.breather.pause();
    if (pause !== undefined) await pause;
  }
}

/** Most rows of a page's search are behind its end: they cost one key. */
function offer(
  run: Run,
  { table, row, test }: Readonly<{ table: Table; row: number; test: RowTest }>,
  best: Best,
): void {
  if (table.revisionAt(row) === 0 || !test(row)) return;
  const key = keyOf(run, table, row);
  if (run.after !== undefined && run.sorting.compare(key, run.after) <= 0) return;
  if (best.mayHold(key)) best.offer({ table, row, revision: table.revisionAt(row), key });
}

const keyOf = ({ sorting }: Run, table: Table, row: number): SortKey => ({
  value: sorting.valueOf(table, row),
  table: table.name,
  key: table.keyAt(row),
});

const candidateOf = (run: Run, table: Table, row: number): Candidate => ({
  table,
  row,
  revision: table.revisionAt(row),
  key: keyOf(run, table, row),
});

/** Still the same object, or one that matches all the same and stands where it stood. */
function isCurrent(run: Run, { table, row, revision, key }: Candidate): boolean {
  const now = table.revisionAt(row);
  if (now === revision) return true;
  if (now === 0 || table.keyAt(row) !== key.key || !rowTest(table, run.selection)(row)) return false;
  return run.sorting.compare(key, keyOf(run, table, row)) === 0;
}
