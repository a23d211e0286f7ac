import { type Clock, createBreather } from "../../base/index.ts";
import { type CountBy, type CountGroup, type CountQuery, type StoreCounts } from "../model.ts";
import { type Table } from "../table/table.ts";
import { rowTest, someTest } from "./match.ts";
import { planTable } from "./plan.ts";
import { parseSelection, type Selection } from "./selection.ts";
import { compareTexts } from "./sort.ts";

/** `tables`: those of the asked clusters and kinds. */
export type CountDeps = Readonly<{ tables: readonly Table[]; clock: Clock; signal: AbortSignal | undefined }>;

type Pause = () => Promise<void> | undefined;

/** Told of the objects of one table that match: that there are `count` of this namespace and status. */
type Tally = (namespace: string, status: string, count: number) => void;

/** Rows between two looks at the clock. */
const batch = 256;

/** How many rows match, by what is asked. A table that all match is counted by its indexes, row by row only others. */
export async function countRows(
  query: CountQuery,
  by: readonly CountBy[],
  { tables, clock, signal }: CountDeps,
): Promise<StoreCounts> {
  signal?.throwIfAborted();
  const selection = parseSelection(query);
  const { pause } = createBreather(clock, signal);
  const groups = new Map<string, Counted>();
  let total = 0;
  for (const table of tables) {
    const shared = tableKey(table, by);
    await countTable({ table, selection, by, pause }, (namespace, status, count) => {
      const key = `${shared}\n${namespace}\n${status}`;
      const known = groups.get(key);
      total += count;
      if (known === undefined) groups.set(key, { key, table, namespace, status, count });
      else known.count += count;
    });
    const turn = pause();
    if (turn !== undefined) await turn;
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count || compareTexts(a.key, b.key));
  return { total, groups: by.length === 0 ? [] : sorted.map((counted) => groupOf(counted, by)) };
}

type Counted = { key: string; table: Table; namespace: string; status: string; count: number };

const tableKey = ({ cluster, resource }: Table, by: readonly CountBy[]): string =>
  `${by.includes("cluster") ? cluster : ""}\n${by.includes("kind") ? `${resource.kind}\n${resource.group}` : "\n"}`;

const groupOf = ({ table, namespace, status, count }: Counted, by: readonly CountBy[]): CountGroup => ({
  ...(by.includes("cluster") && { cluster: table.cluster }),
  ...(by.includes("kind") && { kind: { group: table.resource.group, kind: table.resource.kind } }),
  ...(namespace !== "" && { namespace }),
  ...(status !== "" && { status }),
  count,
});

type Part = Readonly<{ table: Table; selection: Selection; by: readonly CountBy[]; pause: Pause }>;

async function countTable(part: Part, tally: Tally): Promise<void> {
  const { table, selection, by } = part;
  const [byNamespace, byStatus] = [by.includes("namespace"), by.includes("status")];
  if (someTest(table, selection) !== undefined || (byNamespace && byStatus)) await countEach(part, tally);
  else if (byNamespace) for (const { value, rows } of table.namespaces.groups()) tally(value, "", rows.size);
  else if (byStatus) for (const { value, rows } of table.statuses.groups()) tally("", value, rows.size);
  else if (table.size() > 0) tally("", "", table.size());
}

async function countEach({ table, selection, by, pause }: Part, tally: Tally): Promise<void> {
  const [byNamespace, byStatus] = [by.includes("namespace"), by.includes("status")];
  const test = rowTest(table, selection);
  let seen = 0;
  for (const row of planTable(table, selection).rows()) {
    if (table.revisionAt(row) !== 0 && test(row))
      tally(byNamespace ? table.namespaces.valueOf(row) : "", byStatus ? table.statuses.valueOf(row) : "", 1);
    const turn = ++seen % batch === 0 || selection.fields.length > 0 ? pause() : undefined;
    if (turn !== undefined) await turn;
  }
}

/** How many rows of one table match. */
export async function countMatching(table: Table, selection: Selection, pause: Pause): Promise<number> {
  let found = 0;
  await countTable({ table, selection, by: [], pause }, (_namespace, _status, count) => void (found += count));
  return found;
}
