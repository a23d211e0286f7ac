import { messageOf } from "../../base/index.ts";
import {
  type FieldTerm,
  fieldText,
  type KubeObject,
  labelsMatch,
  parseFieldSelector,
  parseLabelSelector,
} from "../../model/index.ts";
import { type ServedResource } from "../kinds/model.ts";
import { badRequest } from "./status-failure.ts";

/** Whether an object is asked for. */
export type Selection = Readonly<{
  everything: boolean;
  /** Only an object of this name is. */
  name: string | undefined;
  matches(object: KubeObject): boolean;
}>;

/** labelSelector and fieldSelector of a request; 400 where they cannot be read, or name a field that is no selector. */
export function parseSelection(query: URLSearchParams, resource: ServedResource): Selection {
  const labelText = query.get("labelSelector") ?? "";
  const fieldTextGiven = query.get("fieldSelector") ?? "";
  const labels = readOrRefuse(() => parseLabelSelector(labelText), "unable to parse requirement");
  const fields = readOrRefuse(() => parseFieldSelector(fieldTextGiven), "unable to parse field selector");
  for (const { field } of fields) checkField(field, resource);
  return {
    name: fields.find(({ field, negated }) => field === "metadata.name" && !negated)?.value,
    everything: labels.length === 0 && fields.length === 0,
    matches: (object) =>
      labelsMatch(labels, object.metadata.labels ?? {}) && fields.every((term) => fieldMatches(object, term)),
  };
}

function readOrRefuse<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    throw badRequest(`${what}: ${messageOf(error)}`);
  }
}

const ofEveryKind = new Set(["metadata.name", "metadata.namespace"]);

function checkField(field: string, { selectableFields }: ServedResource): void {
  if (ofEveryKind.has(field) || selectableFields.includes(field)) return;
  throw badRequest(`field label not supported: ${field}`);
}

const fieldMatches = (object: KubeObject, { field, negated, value }: FieldTerm): boolean =>
  (fieldText(object, field) === value) !== negated;
