import { type FieldTerm } from "../../model/index.ts";
import { type StatusGroup } from "../table/status-index.ts";
import { keyOf, type Table } from "../table/table.ts";
import { type Selection } from "./selection.ts";

/** Where to look first in one table: the index that leaves the fewest rows to look at, and these rows. */
export type Plan = Readonly<{
  index: "name" | "uid" | "owner" | "node" | "status" | "health" | "phase" | "namespace" | "label" | "order";
  /** How many rows `rows` gives; for "order" the whole table. */
  size: number;
  /** As they are at the call: what changes later does not show. */
  rows(): readonly number[];
}>;

/** The cheapest way into the table. Whatever it is, every row it gives is still held against the whole selection. */
export function planTable(table: Table, selection: Selection): Plan {
  const plans = [
    ...byIdentity(table, selection),
    ...byValues(table, selection),
    ...byFields(table, selection.fields),
    ...byLabels(table, selection),
  ];
  const all: Plan = { index: "order", size: table.size(), rows: () => table.order.after("", Infinity) };
  return plans.reduce((best, plan) => (plan.size < best.size ? plan : best), all);
}

function byIdentity(table: Table, { uid, names, namespaces }: Selection): readonly Plan[] {
  const plans: Plan[] = [];
  if (uid !== undefined) plans.push(fixed("uid", [table.rowOfUid(uid)]));
  const spaces = table.resource.namespaced ? namespaces : [""];
  if (names !== undefined && spaces !== undefined)
    plans.push(
      fixed(
        "name",
        spaces.flatMap((space) => names.map((name) => table.rowOf(keyOf(space, name)))),
      ),
    );
  return plans;
}

function fixed(index: Plan["index"], found: readonly (number | undefined)[]): Plan {
  const rows = found.filter((row) => row !== undefined);
  return { index, size: rows.length, rows: () => rows };
}

function byValues(table: Table, { owner, node, status, health, namespaces }: Selection): readonly Plan[] {
  const plans: Plan[] = [];
  if (owner !== undefined) plans.push(united("owner", [table.owners.rows(owner)]));
  if (node !== undefined) plans.push(united("node", [table.nodes.rows(node)]));
  const groupsOf = (is: (group: StatusGroup) => boolean): readonly ReadonlySet<number>[] =>
    [...table.statuses.groups()].filter(is).map(({ rows }) => rows);
  if (status !== undefined)
    plans.push(
      united(
        "status",
        groupsOf(({ word }) => status.includes(word)),
      ),
    );
  if (health !== undefined)
    plans.push(
      united(
        "health",
        groupsOf((group) => health.some((word) => word === group.health)),
      ),
    );
  if (namespaces !== undefined) plans.push(united("namespace", namespaces.map(table.namespaces.rows)));
  return plans;
}

function byFields(table: Table, fields: readonly FieldTerm[]): readonly Plan[] {
  return fields.flatMap(({ field, negated, value }): Plan[] => {
    if (negated) return [];
    if (field === "spec.nodeName" && isPods(table)) return [united("node", [table.nodes.rows(value)])];
    return field === "status.phase" ? [united("phase", [table.phases.rows(value)])] : [];
  });
}

export const isPods = ({ resource }: Table): boolean => resource.group === "" && resource.kind === "Pod";

function byLabels(table: Table, { labels }: Selection): readonly Plan[] {
  if (labels.length === 0) return [];
  return [
    united(
      "label",
      table.labels.matching(labels).map(({ rows }) => rows),
    ),
  ];
}

function united(index: Plan["index"], groups: readonly (Iterable<number> & Readonly<{ size: number }>)[]): Plan {
  const distinct = [...new Set(groups)];
  return {
    index,
    size: distinct.reduce((sum, { size }) => sum + size, 0),
    rows() {
      const rows: number[] = [];
      for (const group of distinct) for (const row of group) rows.push(row);
      return rows;
    },
  };
}
