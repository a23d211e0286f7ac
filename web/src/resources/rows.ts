import { type ClusterFreshness, type Page, type Row, type RowChange } from "./row.ts";

/** Rows a page. */
export const pageSize = 200;
/** Pages that are kept: those around what is in sight. */
export const pagesKept = 24;

/** What is known of a long list: its length, and some pages of it. `round` is when a page was true. */
export type Rows = Readonly<{
  total?: number;
  pages: ReadonlyMap<number, Readonly<{ items: readonly Row[]; round: number }>>;
  freshness: readonly ClusterFreshness[];
}>;

export const noRows: Rows = { pages: new Map(), freshness: [] };

/** The pages that rows from `first` to `last` stand in, those in sight only: never more than there are. */
export function pagesInSight(first: number, last: number, total: number | undefined): readonly number[] {
  const lastPage = total === undefined ? 0 : Math.floor(Math.max(0, total - 1) / pageSize);
  const from = Math.min(lastPage, Math.max(0, Math.floor(first / pageSize)));
  const to = Math.min(lastPage, Math.max(0, Math.floor(last / pageSize)));
  return Array.from({ length: to - from + 1 }, (_, step) => from + step);
}

/** The row at a place; undefined while it is not known. */
export const rowAt = ({ pages }: Rows, at: number): Row | undefined =>
  pages.get(Math.floor(at / pageSize))?.items[at % pageSize];

/** With a page that was answered; those far from it are forgotten. */
export function withPage(rows: Rows, page: Readonly<{ at: number; answer: Page; round: number }>): Rows {
  const { at, answer, round } = page;
  const pages = new Map(rows.pages).set(at, { items: answer.items, round });
  const lastPage = Math.floor(Math.max(0, answer.total - 1) / pageSize);
  for (const known of pages.keys()) if (known > lastPage) pages.delete(known);
  const far = [...pages.keys()].sort((a, b) => Math.abs(b - at) - Math.abs(a - at));
  for (const known of far.slice(0, Math.max(0, pages.size - pagesKept))) pages.delete(known);
  return { total: answer.total, pages, freshness: answer.freshness };
}

/** What changes did to the rows: `moved` when rows may have come, gone or changed their order. */
export type Patched = Readonly<{ rows: Rows; moved: boolean }>;

/** Patches rows that are there by what changed, in one pass a page. Pure; untouched pages stay the same. */
export function patchRows(rows: Rows, changes: readonly RowChange[], byIdentityOnly: boolean): Patched {
  const last = new Map<string, RowChange>();
  let moved = false;
  for (const change of changes) {
    if (change.resource !== null) last.set(change.resource.id, change);
    if (change.type !== "UPDATED" || !byIdentityOnly) moved = true;
  }
  if (last.size === 0) return { rows, moved };
  const pages = new Map(rows.pages);
  let touched = false;
  for (const [at, { items, round }] of rows.pages) {
    if (!items.some(({ id }) => last.has(id))) continue;
    touched = true;
    pages.set(at, { round, items: items.map((row) => patchRow(row, last.get(row.id))) });
  }
  return { rows: touched ? { ...rows, pages } : rows, moved };
}

function patchRow(row: Row, change: RowChange | undefined): Row {
  if (change === undefined || change.resource === null) return row;
  const told = (row.told ?? 0) + 1;
  return change.type === "DELETED" ? { ...row, told, gone: true } : { ...change.resource, told };
}

/** A page's rows with the marks of those that were there before: a page asked anew is no change. */
export function keepMarks(items: readonly Row[], before: readonly Row[] | undefined): readonly Row[] {
  const told = new Map(before?.flatMap(({ id, told }) => (told === undefined ? [] : [[id, told] as const])));
  if (told.size === 0) return items;
  return items.map((row) => {
    const count = told.get(row.id);
    return count === undefined ? row : { ...row, told: count };
  });
}
