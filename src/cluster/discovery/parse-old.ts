import { type JsonObject, type JsonValue, listAt, objectAt, type Resource, stringAt } from "../../model/index.ts";
import { type GroupVersion, isPresent, singularOf, stringsAt, subresourceOf } from "./parse-parts.ts";

/** The core group's versions, from the APIVersions that /api answers without aggregated discovery. */
export const parseCoreVersions = (document: JsonObject): readonly GroupVersion[] =>
  stringsAt(document, "versions").map((version) => ({ group: "", version }));

/** Every group's versions, the preferred one first, from the APIGroupList that /apis answers; groups keep their order. */
export const parseGroupVersions = (document: JsonObject): readonly GroupVersion[] =>
  listAt(document, "groups").flatMap((item) => {
    const group = stringAt(item, "name");
    if (!group) return [];
    const preferred = stringAt(objectAt(item, "preferredVersion"), "version");
    const versions = listAt(item, "versions").map((version) => stringAt(version, "version"));
    return [...new Set([preferred, ...versions])].filter(isPresent).map((version) => ({ group, version }));
  });

/** The resources of one APIResourceList; entries such as "pods/log" become subresources of theirs. */
export function parseResourceList(at: GroupVersion, document: JsonObject): readonly Resource[] {
  const entries = listAt(document, "resources");
  return entries.map((entry) => parseResource(at, entry, entries)).filter(isPresent);
}

function parseResource(at: GroupVersion, item: JsonValue, entries: readonly JsonValue[]): Resource | undefined {
  const plural = stringAt(item, "name");
  const kind = stringAt(item, "kind");
  const verbs = stringsAt(item, "verbs");
  if (!plural || plural.includes("/") || !kind || verbs.length === 0) return undefined;
  return {
    ...at,
    kind,
    plural,
    singular: singularOf(stringAt(item, "singularName"), kind),
    namespaced: objectAt(item)["namespaced"] === true,
    verbs,
    shortNames: stringsAt(item, "shortNames"),
    categories: stringsAt(item, "categories"),
    subresources: entries
      .map((entry) => {
        const name = stringAt(entry, "name");
        if (!name?.startsWith(`${plural}/`)) return undefined;
        return subresourceOf({ name: name.slice(plural.length + 1), at, of: objectAt(entry), item: entry });
      })
      .filter(isPresent),
  };
}
