import { isJsonObject, type JsonObject, type JsonValue, listAt, stringAt } from "../../model/index.ts";
import { type KindRef } from "../kind-ref.ts";
import { type Reference, type ReferenceType } from "./model.ts";

/** A value inside an object, and the path that led there. */
export type Place = Readonly<{ value: JsonValue; field: string }>;

const nothing: JsonObject = {};

/** The place one or more keys further; an empty object where there is none. Called for each variable of each pod. */
export function inside({ value, field }: Place, ...keys: readonly string[]): Place {
  let current: JsonValue | undefined = value;
  let path = field;
  for (const key of keys) {
    current = isJsonObject(current) ? current[key] : undefined;
    path = path === "" ? key : `${path}.${key}`;
  }
  return { value: isJsonObject(current) ? current : nothing, field: path };
}

/** Each member of the list under a key. */
export const members = ({ value, field }: Place, key: string): readonly Place[] =>
  listAt(value, key).map((member, index) => ({
    value: member,
    field: `${field === "" ? "" : `${field}.`}${key}[${index}]`,
  }));

/** What the name under a key stands for; `namespace` undefined: cluster-wide. */
export type Meaning = KindRef & Readonly<{ type: ReferenceType; namespace?: string | undefined }>;

/** The reference that the text under `key` states; none when it is missing or empty. */
export function named({ value, field }: Place, key: string, meaning: Meaning): readonly Reference[] {
  const name = stringAt(value, key);
  if (name === undefined || name === "") return [];
  const { type, group, kind, namespace } = meaning;
  const to = { group, kind, ...(namespace === undefined ? {} : { namespace }), name };
  return [{ type, to, field: field === "" ? key : `${field}.${key}` }];
}
