import { isJsonObject, type JsonObject, type JsonValue, type KubeObject, statusOf } from "../../model/index.ts";
import { field, type Field } from "./field.ts";
import { identity, labelsAndAnnotations } from "./metadata.ts";
import { type Describer } from "./describer.ts";

/** Any object: identity, its state, then every field in the order of its names, as kubectl's generic describer does. */
export const describeAny: Describer = async (object, { cluster }) => [
  ...identity(object, cluster),
  ...labelsAndAnnotations(object),
  ...stateOf(object),
  ...fieldsOf(withoutShown(object)),
];

/** The state word with its reason; left out for objects that only have to exist. */
export function stateOf(object: KubeObject): readonly Field[] {
  const { word, reason } = statusOf(object);
  if (word === "Present" || word === "") return [];
  return [field("State", reason === "" ? word : `${word} (${reason})`)];
}

function withoutShown(object: KubeObject): JsonObject {
  const {
    managedFields: _,
    name: _name,
    namespace: _namespace,
    labels: _labels,
    annotations: _a,
    ...metadata
  } = object.metadata;
  return { ...object, metadata: Object.keys(metadata).length === 0 ? undefined : metadata };
}

/** Every field of an object, nested ones below their labels. */
export function fieldsOf(object: JsonObject): readonly Field[] {
  const entries = Object.entries(object).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => fieldOf(labelOf(key), value));
}

function fieldOf(label: string, value: JsonValue): Field {
  if (Array.isArray(value)) return listField(label, value);
  if (!isJsonObject(value)) return field(label, String(value ?? "<none>"));
  return Object.keys(value).length === 0 ? field(label, "") : field(label, { fields: fieldsOf(value) });
}

function listField(label: string, list: readonly JsonValue[]): Field {
  const objects = list.filter(isJsonObject);
  if (objects.length === 0) return field(label, { block: list.map((value) => scalar(value)) });
  return field(label, { fields: objects.flatMap(fieldsOf) });
}

const scalar = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

const acronyms = new Set(["API", "URL", "UID", "GUID", "IP", "CIDR", "DNS", "TLS", "ID"]);

/** "lastTransitionTime" becomes "Last Transition Time"; a name with other characters than letters stays as it is. */
export function labelOf(key: string): string {
  if (!/^[A-Za-z]+$/.test(key)) return key;
  const words = key
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z]+)([A-Z][a-z]{2,})/g, "$1 $2")
    .split(" ");
  return words
    .map((word) => (acronyms.has(word.toUpperCase()) ? word.toUpperCase() : word[0]?.toUpperCase() + word.slice(1)))
    .join(" ");
}
