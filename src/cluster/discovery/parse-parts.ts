import { type JsonObject, type JsonValue, listAt, stringAt, type Subresource } from "../../model/index.ts";

export type GroupVersion = Readonly<{ group: string; version: string }>;

export const isPresent = <T>(value: T | undefined): value is T => value !== undefined;

/** The strings of a list at a key; whatever else is in it is left out. */
export const stringsAt = (value: JsonValue, key: string): readonly string[] =>
  listAt(value, key).filter((entry) => typeof entry === "string");

/** Old servers and some aggregated ones leave the singular empty: then it is the kind in lower case, as in kubectl. */
export const singularOf = (singular: string | undefined, kind: string): string => singular || kind.toLowerCase();

/**
 * A subresource whose objects are of the kind in `of`. An empty version there means the group and version of the
 * parent (`at`): core/v1 tells `""` for both. Undefined where no kind is told: nothing can be sent there.
 */
export function subresourceOf(told: {
  name: string;
  at: GroupVersion;
  of: JsonObject;
  item: JsonValue;
}): Subresource | undefined {
  const kind = stringAt(told.of, "kind");
  const version = stringAt(told.of, "version");
  if (!kind) return undefined;
  const { group, version: parentVersion } = told.at;
  return {
    name: told.name,
    kind,
    group: version ? (stringAt(told.of, "group") ?? "") : group,
    version: version || parentVersion,
    verbs: stringsAt(told.item, "verbs"),
  };
}
