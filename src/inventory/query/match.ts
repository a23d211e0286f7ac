import { type FieldTerm, fieldText, type KubeObject, labelsMatch } from "../../model/index.ts";
import { type LabelSet } from "../table/label-index.ts";
import { nameOfKey, type Table } from "../table/table.ts";
import { isPods } from "./plan.ts";
import { type Selection } from "./selection.ts";

/** True when the row's object meets the whole selection, whatever index led to it. */
export type RowTest = (row: number) => boolean;

/** The test for one table: what the indexes know first, what has to be parsed last. */
export const rowTest = (table: Table, selection: Selection): RowTest => someTest(table, selection) ?? (() => true);

/** The same; undefined when every row of the table meets the selection. */
export function someTest(table: Table, selection: Selection): RowTest | undefined {
  const tests = [...valueTests(table, selection), ...labelTests(table, selection)];
  const terms = selection.fields.filter((term) => {
    const known = fieldTest(table, term);
    if (known !== undefined) tests.push(known);
    return known === undefined;
  });
  if (terms.length > 0) {
    tests.push((row) => {
      const object = table.parse(row);
      return terms.every((term) => holds(term, object));
    });
  }
  if (tests.length === 0) return undefined;
  return (row) => {
    for (const test of tests) if (!test(row)) return false;
    return true;
  };
}

function valueTests(
  table: Table,
  { namespaces, names, uid, owner, node, status, health, search }: Selection,
): RowTest[] {
  const tests: RowTest[] = [];
  if (uid !== undefined) tests.push((row) => table.uidAt(row) === uid);
  if (owner !== undefined) tests.push((row) => table.owners.ownersOf(row).includes(owner));
  if (node !== undefined) tests.push((row) => isPods(table) && table.nodes.valueOf(row) === node);
  if (status !== undefined) tests.push((row) => status.includes(table.statuses.wordOf(row)));
  if (health !== undefined) tests.push((row) => health.some((word) => word === table.statuses.healthOf(row)));
  if (namespaces !== undefined) tests.push((row) => namespaces.includes(table.namespaces.valueOf(row)));
  if (names !== undefined) tests.push((row) => names.includes(nameOfKey(table.keyAt(row))));
  if (search) tests.push((row) => nameOfKey(table.keyAt(row)).toLowerCase().includes(search));
  return tests;
}

/** Rows share sets of labels: each set is held against the selector once. */
function labelTests(table: Table, { labels }: Selection): RowTest[] {
  if (labels.length === 0) return [];
  const known = new Map<LabelSet, boolean>();
  return [
    (row) => {
      const set = table.labels.setOf(row);
      if (set === undefined) return false;
      let matches = known.get(set);
      if (matches === undefined) {
        matches = labelsMatch(labels, set.value);
        known.set(set, matches);
      }
      return matches;
    },
  ];
}

/** For fields that an index keeps; undefined for all others. */
function fieldTest(table: Table, { field, negated, value }: FieldTerm): RowTest | undefined {
  const test =
    (textOf: (row: number) => string): RowTest =>
    (row) =>
      (textOf(row) === value) !== negated;
  if (field === "metadata.name") return test((row) => nameOfKey(table.keyAt(row)));
  if (field === "metadata.namespace") return test(table.namespaces.valueOf);
  if (field === "status.phase") return test(table.phases.valueOf);
  return field === "spec.nodeName" && isPods(table) ? test(table.nodes.valueOf) : undefined;
}

const holds = ({ field, negated, value }: FieldTerm, object: KubeObject): boolean =>
  (fieldText(object, field) === value) !== negated;
