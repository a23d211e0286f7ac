import { type Table } from "../table/table.ts";
import { type Candidate } from "./best.ts";
import { countMatching } from "./count.ts";
import { rowTest, someTest } from "./match.ts";
import { planTable } from "./plan.ts";
import { type Selection } from "./selection.ts";
import { type SortKey, type Sorting } from "./sort.ts";

type Pause = () => Promise<void> | undefined;

type Leap = Readonly<{ tables: readonly Table[]; selection: Selection; pause: Pause }>;

/** Rows between two looks at the clock. */
const batch = 256;

/**
 * The key, in order of identity, behind which the page begins that leaves out `offset` objects; undefined when there
 * are no more than these. Tables before it are counted, which their indexes do where they can.
 */
export async function keyBefore({ tables, selection, pause }: Leap, offset: number): Promise<SortKey | undefined> {
  let left = offset;
  for (const table of tables) {
    const matching = await countMatching(table, selection, pause);
    if (left === 0 && matching > 0) return { value: null, table: table.name, key: "" };
    if (left < matching) return { value: null, table: table.name, key: await keyAt({ table, selection, pause }, left) };
    left -= matching;
  }
  return undefined;
}

/** The key of the `count`th row that matches, from 1 on. */
async function keyAt(
  { table, selection, pause }: Readonly<{ table: Table; selection: Selection; pause: Pause }>,
  count: number,
): Promise<string> {
  if (someTest(table, selection) === undefined) return table.order.keyAt(count - 1) ?? "";
  const test = rowTest(table, selection);
  const plan = planTable(table, selection);
  if (plan.index !== "order" && plan.size < table.size() / 8) {
    const keys = plan
      .rows()
      .filter((row) => table.revisionAt(row) !== 0 && test(row))
      .map(table.keyAt);
    return keys.toSorted()[count - 1] ?? "";
  }
  let [from, seen] = ["", 0];
  for (;;) {
    const rows = table.order.after(from, batch);
    for (const row of rows) {
      from = table.keyAt(row);
      if (test(row) && ++seen === count) return from;
    }
    if (rows.length < batch) return from;
    const turn = pause();
    if (turn !== undefined) await turn;
  }
}

type Window = Readonly<{ offset: number; limit: number; compare: Sorting["compare"]; pause: Pause }>;

/**
 * The candidates that stand from `offset` on in order, at most `limit`, without sorting the others: what stands before
 * and behind is set apart step by step. Changes the order of the list.
 */
export async function windowOf(
  candidates: Candidate[],
  { offset, limit, compare, pause }: Window,
): Promise<readonly Candidate[]> {
  const end = Math.min(candidates.length, offset + limit);
  await setApart(candidates, { at: offset, compare, pause });
  await setApart(candidates, { at: end, compare, pause });
  return candidates.slice(offset, end).sort((a, b) => compare(a.key, b.key));
}

/** Hoare's selection: all before `at` stand before all from `at` on. No two keys are equal. */
async function setApart(
  list: Candidate[],
  { at, compare, pause }: Pick<Window, "compare" | "pause"> & Readonly<{ at: number }>,
): Promise<void> {
  let [low, high] = [0, list.length - 1];
  let seen = 0;
  while (low < high && at > low && at <= high) {
    const pivot = pivotOf(list, compare, [low, high]);
    let [left, right] = [low, high];
    while (left <= right) {
      while (left <= high && compare(keyOf(list, left), pivot) < 0) left += 1;
      while (right >= low && compare(keyOf(list, right), pivot) > 0) right -= 1;
      if (left <= right) {
        swap(list, left, right);
        left += 1;
        right -= 1;
      }
      const turn = ++seen % batch === 0 ? pause() : undefined;
      if (turn !== undefined) await turn;
    }
    if (at <= right) high = right;
    else if (at >= left) low = left;
    else return;
  }
}

const keyOf = (list: readonly Candidate[], index: number): SortKey => (list[index] as Candidate).key;

/** The middle one of three. */
function pivotOf(
  list: readonly Candidate[],
  compare: Sorting["compare"],
  [low, high]: readonly [number, number],
): SortKey {
  const [first, middle, last] = [low, (low + high) >>> 1, high].map((index) => keyOf(list, index)).sort(compare);
  return middle ?? first ?? (last as SortKey);
}

function swap(list: Candidate[], left: number, right: number): void {
  [list[left], list[right]] = [list[right] as Candidate, list[left] as Candidate];
}
