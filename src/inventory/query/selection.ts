import { HeddleError } from "../../base/index.ts";
import { type FieldSelector, type LabelSelector, parseFieldSelector, parseLabelSelector } from "../../model/index.ts";
import { type StoreQuery } from "../model.ts";

/** What to find, the selectors parsed. Objects without a namespace have "". */
export type Selection = Omit<StoreQuery, "labelSelector" | "fieldSelector" | "sort" | "limit" | "cursor" | "offset"> &
  Readonly<{ labels: LabelSelector; fields: FieldSelector }>;

/** Fails with HEDDLE_SELECTOR_INVALID. Equality on name, namespace and uid becomes what the indexes answer. */
export function parseSelection(query: StoreQuery): Selection {
  const fields = parseFieldSelector(query.fieldSelector ?? "");
  return {
    clusters: query.clusters,
    kinds: query.kinds,
    namespaces: narrowed(query.namespaces, fields, "metadata.namespace"),
    names: narrowed(query.names, fields, "metadata.name"),
    uid: query.uid,
    owner: query.owner,
    node: query.node,
    status: query.status,
    health: query.health,
    search: query.search?.toLowerCase(),
    labels: parseLabelSelector(query.labelSelector ?? ""),
    fields: fields.filter((term) => term.negated || !indexed.has(term.field)),
  };
}

const indexed = new Set(["metadata.namespace", "metadata.name"]);

function narrowed(
  asked: readonly string[] | undefined,
  fields: FieldSelector,
  name: string,
): readonly string[] | undefined {
  const equal = fields.filter(({ field, negated }) => field === name && !negated).map(({ value }) => value);
  const [first, ...others] = equal;
  if (first === undefined) return asked && [...new Set(asked)];
  const one = others.every((value) => value === first) ? [first] : [];
  return asked === undefined ? one : one.filter((value) => asked.includes(value));
}

/** How many objects to leave out, or HEDDLE_QUERY_INVALID. */
export function checkOffset({ offset = 0, cursor }: Pick<StoreQuery, "offset" | "cursor">): number {
  if (!Number.isInteger(offset) || offset < 0)
    throw new HeddleError(`offset ${offset}: expected a whole number from 0 on`, { code: "HEDDLE_QUERY_INVALID" });
  if (offset === 0 || cursor === undefined) return offset;
  throw new HeddleError("a cursor and an offset exclude each other", { code: "HEDDLE_QUERY_INVALID" });
}

/** A page size that makes sense, or HEDDLE_QUERY_INVALID. */
export function checkLimit(limit: number | undefined): number {
  if (limit === undefined) return Infinity;
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new HeddleError(`limit ${limit}: expected a whole number from 1 on`, { code: "HEDDLE_QUERY_INVALID" });
}
