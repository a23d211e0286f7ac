import { UsageError } from "../../base/index.ts";
import { isDnsLabel, type Resource, resourceName, resourcePath, type ResourceTarget } from "../../model/index.ts";

/** What a path is made of. */
export type PathResource = Pick<Resource, "group" | "version" | "plural" | "namespaced">;

/** A target that names one object. */
export type NamedTarget = ResourceTarget & Readonly<{ name: string }>;

/**
 * The path of one object, or of its subresource. Refuses, with a UsageError, what would end up at another path: an
 * empty name would be the collection, "../x" another resource.
 */
export function objectPath(resource: PathResource, target: NamedTarget): string {
  checkSegment("name", target.name);
  for (const part of target.subresource?.split("/") ?? []) checkSegment("subresource", part);
  return resourcePath(resource, { ...target, namespace: namespaceOf(resource, target.namespace) });
}

/** The path of a collection that objects are created in or deleted from: of a namespace, where the kind has them. */
export const collectionPath = (resource: PathResource, namespace: string | undefined): string =>
  resourcePath(resource, { namespace: namespaceOf(resource, namespace) });

/** The path to list: without a namespace that of all namespaces. */
export function listPath(resource: PathResource, namespace: string | undefined): string {
  if (namespace === undefined || !resource.namespaced) return resourcePath(resource);
  return resourcePath(resource, { namespace: checkNamespace(namespace) });
}

/** A namespace (RFC 1123 label) as it is; a UsageError for everything else. */
export function checkNamespace(namespace: string): string {
  if (isDnsLabel(namespace)) return namespace;
  throw new UsageError(
    `"${namespace}" is no namespace: expected lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit`,
    { code: "HEDDLE_CLUSTER_NAME_INVALID" },
  );
}

function namespaceOf(resource: PathResource, namespace: string | undefined): string | undefined {
  if (!resource.namespaced) return undefined;
  if (namespace !== undefined) return checkNamespace(namespace);
  throw new UsageError(`${resourceName(resource)} live in namespaces: say which one`, {
    code: "HEDDLE_CLUSTER_NAMESPACE_MISSING",
  });
}

/** What every API server takes as a path segment (apimachinery's IsValidPathSegmentName); its own rules may be narrower. */
function checkSegment(what: string, text: string): void {
  if (text !== "" && text !== "." && text !== ".." && !/[/%]/.test(text)) return;
  throw new UsageError(
    `"${text}" is no ${what} of an object: expected a text without "/" and "%" that is not "", "." or ".."`,
    {
      code: "HEDDLE_CLUSTER_NAME_INVALID",
    },
  );
}
