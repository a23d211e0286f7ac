import { isJsonObject, type JsonObject, type JsonValue, type KubeObject } from "../../model/index.ts";
import { type KindRef } from "../kind-ref.ts";
import { type Mention, type ReferenceType } from "./model.ts";

/** A value inside an object, and how it was come by: the path in words is made only where something is named. */
export type Place = Readonly<{ value: JsonValue; above: Place | undefined; step: Step }>;

/** Keys, or a member of the list under a key. */
type Step = readonly string[] | Readonly<{ key: string; index: number }>;

const nothing: JsonObject = {};
const none: readonly never[] = [];

export const rootOf = (object: KubeObject): Place => ({ value: object, above: undefined, step: none });

/** The place one or more keys further; an empty object where there is none. Called for each variable of each pod. */
export function inside(place: Place, ...keys: readonly string[]): Place {
  let current: JsonValue | undefined = place.value;
  for (const key of keys) current = isJsonObject(current) ? current[key] : undefined;
  return { value: isJsonObject(current) ? current : nothing, above: place, step: keys };
}

/** False where `inside` would give nothing. */
export const holds = ({ value }: Place, key: string): boolean => isJsonObject(value) && isJsonObject(value[key]);

/** Each member of the list under a key. */
export function members(place: Place, key: string): readonly Place[] {
  const list = isJsonObject(place.value) ? place.value[key] : undefined;
  if (!Array.isArray(list) || list.length === 0) return none;
  return list.map((value: JsonValue, index) => ({ value, above: place, step: { key, index } }));
}

/** What the name under a key stands for; `namespace` undefined: cluster-wide. */
export type Meaning = KindRef & Readonly<{ type: ReferenceType; namespace?: string | undefined }>;

/** The reference that the text under `key` states; none when it is missing or empty. */
export function named(place: Place, key: string, meaning: Meaning): readonly Mention[] {
  const name = isJsonObject(place.value) ? place.value[key] : undefined;
  if (typeof name !== "string" || name === "") return none;
  const { type, group, kind, namespace } = meaning;
  const to = namespace === undefined ? { group, kind, name } : { group, kind, namespace, name };
  return [{ type, to, field: () => [...pathOf(place), key].join(".") }];
}

function pathOf({ above, step }: Place): readonly string[] {
  if (above === undefined) return none;
  const own = "key" in step ? [`${step.key}[${step.index}]`] : step;
  return [...pathOf(above), ...own];
}
