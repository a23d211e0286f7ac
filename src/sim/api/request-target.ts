import { type Catalogue, type ServedResource } from "../kinds/model.ts";

/** What the path of a request means: a resource, perhaps one object of it, perhaps a subresource of that. */
export type RequestTarget = Readonly<{
  resource: ServedResource;
  namespace?: string;
  name?: string;
  subresource?: string;
}>;

/**
 * Reads "/api/v1/namespaces/default/pods/web/status" and "/apis/<group>/<version>/…" as an API server does. Undefined
 * where the path means no resource that is served.
 */
export function parseTarget(path: string, catalogue: Pick<Catalogue, "find">): RequestTarget | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const [root, ...below] = parts;
  if (root === "api") return targetIn({ group: "", version: below[0] ?? "" }, below.slice(1), catalogue);
  if (root !== "apis") return undefined;
  return targetIn({ group: below[0] ?? "", version: below[1] ?? "" }, below.slice(2), catalogue);
}

type GroupVersion = Readonly<{ group: string; version: string }>;

function targetIn(
  { group, version }: GroupVersion,
  parts: readonly string[],
  { find }: Pick<Catalogue, "find">,
): RequestTarget | undefined {
  const inNamespace = parts[0] === "namespaces" && parts.length > 2 && !isOfNamespace(parts[2]);
  const [namespace, rest] = inNamespace ? [parts[1], parts.slice(2)] : [undefined, parts];
  const [plural = "", name, subresource, ...more] = rest;
  const resource = find(group, version, plural);
  if (resource === undefined || more.length > 0 || resource.namespaced < inNamespace) return undefined;
  // A namespaced object cannot be named without its namespace.
  if (resource.namespaced && !inNamespace && name !== undefined) return undefined;
  return {
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** "/api/v1/namespaces/x/status" is about the namespace, not about a kind "status" in it. */
const isOfNamespace = (part: string | undefined): boolean => part === "status" || part === "finalize";
