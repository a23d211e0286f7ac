import { type JsonObject, type JsonValue, listAt, objectAt, type Resource, stringAt } from "../../model/index.ts";
import { type ServedGroup, type ServedGroups, type ServedVersion } from "./groups.ts";
import { isPresent, singularOf, stringsAt, subresourceOf, type GroupVersion } from "./parse-parts.ts";

/** What to ask for: aggregated discovery v2, its beta of Kubernetes 1.26 to 1.29, and else the old documents. */
export const aggregatedAccept = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

/** True for APIGroupDiscoveryList, of either version: both have the same shape. A server without it answers otherwise. */
export const isAggregated = (document: JsonObject): boolean => document["kind"] === "APIGroupDiscoveryList";

/**
 * The groups of an APIGroupDiscoveryList (apidiscovery.k8s.io, KEP-3352). What lacks a name is left out; a resource
 * without a kind is only the parent of its subresources, and is left out too, as client-go does.
 */
export const parseAggregated = (document: JsonObject): ServedGroups => listAt(document, "items").map(parseGroup);

function parseGroup(item: JsonValue): ServedGroup {
  const name = stringAt(item, "metadata", "name") ?? "";
  const versions = listAt(item, "versions").map((version) => parseVersion(name, version));
  return { name, versions: versions.filter(isPresent) };
}

function parseVersion(group: string, item: JsonValue): ServedVersion | undefined {
  const version = stringAt(item, "version");
  if (version === undefined) return undefined;
  return {
    version,
    freshness: stringAt(item, "freshness") === "Stale" ? "stale" : "current",
    resources: listAt(item, "resources")
      .map((resource) => parseResource({ group, version }, resource))
      .filter(isPresent),
  };
}

function parseResource(at: GroupVersion, item: JsonValue): Resource | undefined {
  const plural = stringAt(item, "resource");
  const kind = stringAt(item, "responseKind", "kind");
  const verbs = stringsAt(item, "verbs");
  if (!plural || !kind || verbs.length === 0) return undefined;
  return {
    ...at,
    kind,
    plural,
    singular: singularOf(stringAt(item, "singularResource"), kind),
    namespaced: stringAt(item, "scope") === "Namespaced",
    verbs,
    shortNames: stringsAt(item, "shortNames"),
    categories: stringsAt(item, "categories"),
    subresources: listAt(item, "subresources")
      .map((subresource) => {
        const name = stringAt(subresource, "subresource");
        return name
          ? subresourceOf({ name, at, of: objectAt(subresource, "responseKind"), item: subresource })
          : undefined;
      })
      .filter(isPresent),
  };
}
