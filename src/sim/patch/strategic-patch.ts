import { isJsonObject, type JsonObject, type JsonValue, stringAt } from "../../model/index.ts";
import { sameJson } from "./json-patch.ts";

/**
 * By which key the items of a list are the same item, by the list's name in Kubernetes' own kinds (the `patchMergeKey`
 * of their types). A list that is not here, or whose items lack the key, is replaced as a whole.
 */
const mergeKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ["containers", ["name"]],
  ["initContainers", ["name"]],
  ["ephemeralContainers", ["name"]],
  ["env", ["name"]],
  ["volumes", ["name"]],
  ["volumeMounts", ["mountPath"]],
  ["volumeDevices", ["devicePath"]],
  ["ports", ["containerPort", "port"]],
  ["imagePullSecrets", ["name"]],
  ["secrets", ["name"]],
  ["hostAliases", ["ip"]],
  ["topologySpreadConstraints", ["topologyKey"]],
  ["resourceClaims", ["name"]],
  ["conditions", ["type"]],
  ["addresses", ["type"]],
  ["ownerReferences", ["uid"]],
  ["taints", ["key"]],
]);

/** Lists of plain values that are sets. */
const sets: ReadonlySet<string> = new Set(["finalizers"]);

type Target = Readonly<Record<string, JsonValue>>;

/**
 * Kubernetes' strategic merge: a merge patch in which lists of Kubernetes' own kinds merge by their key, with the
 * directives `$patch: delete|replace|merge`, `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys`.
 */
export function strategicPatch(target: JsonValue | undefined, patch: JsonObject): JsonObject {
  if (patch["$patch"] === "replace") return without(patch, "$patch");
  const before: Target = isJsonObject(target) ? (target as Target) : {};
  const kept = patch["$retainKeys"];
  const merged: Record<string, JsonValue> = Array.isArray(kept)
    ? Object.fromEntries(Object.entries(before).filter(([key]) => kept.includes(key)))
    : { ...before };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key.startsWith("$")) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeValue(key, merged[key], value);
  }
  for (const [directive, value] of Object.entries(patch)) applyListDirective(merged, directive, value);
  return merged;
}

function mergeValue(key: string, before: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (Array.isArray(patch)) return mergeList(key, Array.isArray(before) ? before : [], patch);
  return isJsonObject(patch) ? strategicPatch(before, patch) : patch;
}

function mergeList(name: string, before: readonly JsonValue[], patch: readonly JsonValue[]): readonly JsonValue[] {
  if (sets.has(name)) return [...before, ...patch.filter((item) => !before.some((old) => sameJson(old, item)))];
  const items = patch.filter((item) => stringAt(item, "$patch") !== "replace" || !isOnlyDirective(item));
  if (items.length < patch.length) return items;
  const key = mergeKeyOf(name, [...before, ...patch]);
  if (key === undefined) return patch;
  return items.reduce<readonly JsonValue[]>((list, item) => mergeItem(list, item as JsonObject, key), before);
}

const isOnlyDirective = (item: JsonValue): boolean => isJsonObject(item) && Object.keys(item).length === 1;

const mergeKeyOf = (name: string, items: readonly JsonValue[]): string | undefined =>
  mergeKeys.get(name)?.find((key) => items.every((item) => isJsonObject(item) && item[key] !== undefined));

function mergeItem(list: readonly JsonValue[], item: JsonObject, key: string): readonly JsonValue[] {
  const index = list.findIndex((old) => isJsonObject(old) && sameJson(old[key], item[key]));
  if (item["$patch"] === "delete") return index < 0 ? list : list.toSpliced(index, 1);
  const merged = strategicPatch(index < 0 ? {} : list[index], item);
  return index < 0 ? [...list, merged] : list.with(index, merged);
}

function applyListDirective(merged: Record<string, JsonValue>, directive: string, value: JsonValue | undefined): void {
  const [kind = "", name = ""] = directive.split("/");
  const list = merged[name];
  if (!Array.isArray(value) || !Array.isArray(list)) return;
  if (kind === "$deleteFromPrimitiveList")
    merged[name] = list.filter((item) => !value.some((gone) => sameJson(gone, item)));
  if (kind === "$setElementOrder") merged[name] = inOrder(name, list, value);
}

/** Items that the order names stand in that order; the others stay behind those that they stood behind. */
function inOrder(name: string, list: readonly JsonValue[], order: readonly JsonValue[]): readonly JsonValue[] {
  const key = mergeKeyOf(name, order);
  const idOf = (item: JsonValue): JsonValue | undefined =>
    key === undefined || !isJsonObject(item) ? item : item[key];
  const placeOf = (item: JsonValue): number => order.findIndex((named) => sameJson(idOf(named), idOf(item)));
  const named = list.filter((item) => placeOf(item) >= 0).toSorted((a, b) => placeOf(a) - placeOf(b));
  let next = 0;
  return list.map((item) => (placeOf(item) < 0 ? item : (named[next++] ?? item)));
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}
