import { type KubeObject, type LabelSelector, splitApiVersion } from "../../model/index.ts";
import { type NamedEnd, type Reference, type Relation } from "./model.ts";
import { referencesOf } from "./references.ts";
import { serviceNameLabel } from "./routes.ts";
import { podSelectorOf, selectorField } from "./selectors.ts";

/** The objects at the ends of a relation, as they are now. */
export type RelationEnds = Readonly<{ from: KubeObject; to: KubeObject | undefined }>;

/**
 * Why two objects are related, in words: which field names the other, or which selector matches which labels. Empty
 * when the objects no longer say so.
 */
export function explainRelation(relation: Relation, { from, to }: RelationEnds): string {
  const end = "to" in relation ? relation.to : relation.missing;
  if (relation.type === "selects") return to === undefined ? "" : explainSelector(from, to);
  if (relation.type === "manages") return explainManager(from, to);
  if (relation.type === "instance_of") return `${quoted(end)} makes the kind ${from.kind}`;
  if (relation.type === "routes_to" && end.kind === "EndpointSlice")
    return `the label ${serviceNameLabel} of ${quoted(end)} is "${from.metadata.name}"`;
  const fields = referencesOf(from)
    .filter((reference) => reference.type === relation.type && leadsTo(reference, end))
    .map(({ field }) => field);
  return fields.length === 0 ? "" : `${listed(fields)} ${fields.length === 1 ? "names" : "name"} ${quoted(end)}`;
}

const quoted = ({ kind, name }: Pick<NamedEnd, "kind" | "name">): string => `${kind} "${name}"`;

/** An owner is known by its uid, everything else by its name. */
function leadsTo({ to }: Reference, end: NamedEnd): boolean {
  if (to.uid !== undefined) return to.uid === end.uid;
  return (
    to.group === end.group &&
    to.kind === end.kind &&
    to.name === end.name &&
    (to.namespace ?? "") === (end.namespace ?? "")
  );
}

const mostFields = 3;

function listed(fields: readonly string[]): string {
  const more = fields.length - mostFields;
  const shown = fields.slice(0, mostFields).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function explainSelector(from: KubeObject, to: KubeObject): string {
  const selector = podSelectorOf(from);
  if (selector === undefined) return "";
  const field = selectorField(from);
  if (selector.length === 0) return `${field} is empty: it selects every pod of its namespace`;
  const keys = new Set(selector.map(({ key }) => key));
  const labels = Object.entries(to.metadata.labels ?? {}).filter(([key]) => keys.has(key));
  const own = labels.length === 0 ? "none of these" : labels.map(([key, value]) => `${key}=${value}`).join(",");
  return `${field} ${selectorText(selector)} matches the labels of ${quoted({ kind: to.kind, name: to.metadata.name })}: ${own}`;
}

/** In kubectl's notation. */
const selectorText = (selector: LabelSelector): string =>
  selector
    .map(({ key, operator, values }) => {
      if (operator === "exists") return key;
      if (operator === "absent") return `!${key}`;
      const [first = "", ...others] = values;
      if (others.length === 0) return `${key}${operator === "in" ? "=" : "!="}${first}`;
      return `${key} ${operator} (${values.join(",")})`;
    })
    .join(",");

/** A manager's pods belong to something in between, which belongs to the manager. */
function explainManager(from: KubeObject, to: KubeObject | undefined): string {
  const between = from.kind === "CronJob" ? "Job" : "ReplicaSet";
  const owner = to?.metadata.ownerReferences?.find(
    ({ kind, apiVersion }) => kind === between && splitApiVersion(apiVersion).group !== "",
  );
  if (owner === undefined || to === undefined) return "";
  const [manager, pod] = [from, to].map(({ kind, metadata: { name } }) => quoted({ kind, name }));
  return `${manager} owns ${quoted(owner)}, which owns ${pod}`;
}
