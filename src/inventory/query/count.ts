import { type Clock, createBreather } from "../../base/index.ts";
import { type HealthWord } from "../../model/index.ts";
import { type CountBy, type CountGroup, type CountQuery, type StoreCounts } from "../model.ts";
import { type Table } from "../table/table.ts";
import { rowTest, someTest } from "./match.ts";
import { planTable } from "./plan.ts";
import { parseSelection, type Selection } from "./selection.ts";
import { compareTexts } from "./sort.ts";

/** `tables`: those of the asked clusters and kinds. */
export type CountDeps = Readonly<{ tables: readonly Table[]; clock: Clock; signal: AbortSignal | undefined }>;

type Pause = () => Promise<void> | undefined;

/** What objects of one table share; "" where it is not counted by. */
type Shared = Readonly<{ namespace: string; status: string; health: HealthWord | "" }>;

/** Told of the objects of one table that match: that `count` share this. */
type Tally = (shared: Shared, count: number) => void;

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
    const place = tableKey(table, by);
    await countTable({ table, selection, by, pause }, (shared, count) => {
      const key = `${place}\n${shared.namespace}\n${shared.status}\n${shared.health}`;
      const known = groups.get(key);
      total += count;
      if (known === undefined) groups.set(key, { key, table, shared, count });
      else known.count += count;
    });
    const turn = pause();
    if (turn !== undefined) await turn;
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count || compareTexts(a.key, b.key));
  return { total, groups: by.length === 0 ? [] : sorted.map((counted) => groupOf(counted, by)) };
}

type Counted = { key: string; table: Table; shared: Shared; count: number };

const tableKey = ({ cluster, resource }: Table, by: readonly CountBy[]): string =>
  `${by.includes("cluster") ? cluster : ""}\n${by.includes("kind") ? `${resource.kind}\n${resource.group}` : "\n"}`;

const groupOf = (
  { table, shared: { namespace, status, health }, count }: Counted,
  by: readonly CountBy[],
): CountGroup => ({
  ...(by.includes("cluster") && { cluster: table.cluster }),
  ...(by.includes("kind") && { kind: { group: table.resource.group, kind: table.resource.kind } }),
  ...(namespace !== "" && { namespace }),
  ...(status !== "" && { status }),
  ...(health !== "" && { health }),
  count,
});

type Part = Readonly<{ table: Table; selection: Selection; by: readonly CountBy[]; pause: Pause }>;

const nothing: Shared = { namespace: "", status: "", health: "" };

async function countTable(part: Part, tally: Tally): Promise<void> {
  const { table, selection, by } = part;
  const [byNamespace, byStatus, byHealth] = [by.includes("namespace"), by.includes("status"), by.includes("health")];
  if (someTest(table, selection) !== undefined || (byNamespace && (byStatus || byHealth))) await countEach(part, tally);
  else if (byNamespace)
    for (const { value, rows } of table.namespaces.groups()) tally({ ...nothing, namespace: value }, rows.size);
  else if (byStatus || byHealth)
    for (const { word, health, rows } of table.statuses.groups())
      tally({ namespace: "", status: byStatus ? word : "", health: byHealth ? health : "" }, rows.size);
  else if (table.size() > 0) tally(nothing, table.size());
}

async function countEach({ table, selection, by, pause }: Part, tally: Tally): Promise<void> {
  const test = rowTest(table, selection);
  const namespaceOf = by.includes("namespace") ? table.namespaces.valueOf : unasked;
  const statusOf = by.includes("status") ? table.statuses.wordOf : unasked;
  const healthOf = by.includes("health") ? table.statuses.healthOf : unasked;
  let seen = 0;
  for (const row of planTable(table, selection).rows()) {
    if (table.revisionAt(row) !== 0 && test(row))
      tally({ namespace: namespaceOf(row), status: statusOf(row), health: healthOf(row) }, 1);
    const turn = ++seen % batch === 0 || selection.fields.length > 0 ? pause() : undefined;
    if (turn !== undefined) await turn;
  }
}

const unasked = (): "" => "";

/** How many rows of one table match. */
export async function countMatching(table: Table, selection: Selection, pause: Pause): Promise<number> {
  let found = 0;
  await countTable({ table, selection, by: [], pause }, (_shared, count) => void (found += count));
  return found;
}
