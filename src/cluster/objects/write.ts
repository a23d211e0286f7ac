import { UsageError } from "../../base/index.ts";
import {
  apiVersionOf,
  joinApiVersion,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  objectAt,
  type Resource,
  resourceName,
  type ResourceTarget,
  stringAt,
} from "../../model/index.ts";
import { type ApiClient, type QueryValue } from "../api-client.ts";
import { type Patch, type WriteOptions } from "../model.ts";
import { asCreated } from "./answer.ts";
import { collectionPath, type NamedTarget, objectPath } from "./target.ts";

/** POST to the collection, or to a subresource of one object. The namespace is the target's, else the object's own. */
export async function createObject(
  api: ApiClient,
  { resource, object }: Readonly<{ resource: Resource; object: JsonObject }>,
  options: WriteOptions & ResourceTarget,
): Promise<KubeObject> {
  const { subresource, name } = options;
  if (subresource === undefined && name !== undefined)
    throw new UsageError(`${resourceName(resource)} ${name}: an object that is created has its name in metadata.name`);
  const namespace = options.namespace ?? stringAt(object, "metadata", "namespace");
  const path =
    subresource === undefined
      ? collectionPath(resource, namespace)
      : objectPath(resource, { namespace, name: name ?? nameOf(object, resource), subresource });
  const answer = await api.json({
    method: "POST",
    path,
    query: writeQuery(options),
    body: withType(object, resource, subresource),
    signal: options.signal,
  });
  return asCreated(answer, resource, name ?? stringAt(object, "metadata", "name") ?? "");
}

/** PUT of the whole object. With metadata.resourceVersion it is optimistic; without, the last writer wins. */
export async function replaceObject(
  api: ApiClient,
  { resource, object }: Readonly<{ resource: Resource; object: KubeObject }>,
  options: WriteOptions & Readonly<{ subresource?: string }>,
): Promise<KubeObject> {
  const { subresource } = options;
  const target = { namespace: object.metadata.namespace, name: nameOf(object, resource), subresource };
  const answer = await api.json({
    method: "PUT",
    path: objectPath(resource, target),
    query: writeQuery(options),
    body: withType(object, resource, subresource),
    signal: options.signal,
  });
  return asCreated(answer, resource, target.name);
}

const contentTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  // JSON is YAML, and the name that every server since 1.16 takes.
  apply: "application/apply-patch+yaml",
} as const;

/** PATCH in one of the API's four ways. Apply creates what does not exist; the others answer 404. */
export async function patchObject(
  api: ApiClient,
  { resource, target }: Readonly<{ resource: Resource; target: NamedTarget }>,
  options: Patch & WriteOptions,
): Promise<KubeObject> {
  if (options.type === "apply" && !options.fieldManager)
    throw new UsageError(
      `server-side apply of ${resourceName(resource)} ${target.name} needs a fieldManager: who owns the fields`,
    );
  const force = options.type === "apply" ? options.force : undefined;
  const answer = await api.json({
    method: "PATCH",
    path: objectPath(resource, target),
    query: { ...writeQuery(options), force },
    contentType: contentTypes[options.type],
    body: patchBody(options, resource, target),
    signal: options.signal,
  });
  return asCreated(answer, resource, target.name);
}

const patchBody = (options: Patch, resource: Resource, target: NamedTarget): JsonValue =>
  options.type === "apply" ? withType(options.patch, resource, target.subresource) : options.patch;

const writeQuery = (options: WriteOptions): Readonly<Record<string, QueryValue>> => ({
  dryRun: options.dryRun === true ? "All" : undefined,
  fieldManager: options.fieldManager,
  fieldValidation: options.fieldValidation,
});

/** The object with apiVersion and kind where it lacks them: the resource's, or the subresource's where it has its own. */
function withType(object: JsonObject, resource: Resource, subresource: string | undefined): JsonObject {
  const told = resource.subresources.find(({ name }) => name === subresource);
  const apiVersion = told === undefined ? apiVersionOf(resource) : joinApiVersion(told.group, told.version);
  return { apiVersion, kind: told?.kind ?? resource.kind, ...object };
}

function nameOf(object: JsonObject, resource: Resource): string {
  const name = stringAt(objectAt(object, "metadata"), "name");
  if (name !== undefined) return name;
  throw new UsageError(`${resourceName(resource)}: the object has no metadata.name`, {
    code: "HEDDLE_CLUSTER_NAME_INVALID",
  });
}
