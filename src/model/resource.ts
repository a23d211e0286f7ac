import { joinApiVersion } from "./object.ts";

/** One kind of object that an API server serves, in one version: what discovery tells of it. */
export type Resource = Readonly<{
  /** "" is the core group. */
  group: string;
  version: string;
  kind: string;
  /** The lower-case plural of URLs: "deployments". */
  plural: string;
  singular: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  /** "all" is the category that `get all` asks for. */
  categories: readonly string[];
  subresources: readonly Subresource[];
}>;

/** `pods/log`, `deployments/scale`: `name` is the part behind the slash. */
export type Subresource = Readonly<{
  name: string;
  kind: string;
  group: string;
  version: string;
  verbs: readonly string[];
}>;

/** "deployments.apps", "pods": the name that is unique among one cluster's preferred versions. */
export const resourceName = ({ plural, group }: Pick<Resource, "plural" | "group">): string =>
  group === "" ? plural : `${plural}.${group}`;

export const apiVersionOf = ({ group, version }: Pick<Resource, "group" | "version">): string =>
  joinApiVersion(group, version);

/** The URL path of a collection, or of one object when `name` is given, or of its subresource. Parts are escaped. */
export function resourcePath(
  resource: Pick<Resource, "group" | "version" | "plural" | "namespaced">,
  target: ResourceTarget = {},
): string {
  const { group, version, plural, namespaced } = resource;
  const parts = group === "" ? ["api", version] : ["apis", group, version];
  if (namespaced && target.namespace !== undefined) parts.push("namespaces", target.namespace);
  parts.push(plural);
  if (target.name !== undefined) parts.push(target.name);
  if (target.subresource !== undefined) parts.push(...target.subresource.split("/"));
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** Without `namespace` a namespaced resource means all namespaces. */
export type ResourceTarget = Readonly<{
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string | undefined;
}>;
