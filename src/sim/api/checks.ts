import { apiVersionOf, isJsonObject, type JsonValue, type KubeObject } from "../../model/index.ts";
import { type ServedResource } from "../kinds/model.ts";
import { type ApiContext } from "./context.ts";
import { type RequestTarget } from "./request-target.ts";
import { badRequest, forbidden, invalid, methodNotAllowed, notFound, type StatusFailure } from "./status-failure.ts";
import { nameCauses } from "./names.ts";

/** An object by name, as failures name it. */
export const namedOf = ({ plural, group }: ServedResource, name: string) => ({ plural, group, name });

export function checkVerb({ resource }: RequestTarget, verb: string): void {
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
}

/** The body as an object of the target's kind and place, kind and version filled in where they were left out. */
export function checkBody(body: JsonValue, { resource, namespace }: RequestTarget): KubeObject {
  if (!isJsonObject(body)) throw badRequest("the body of the request was no object");
  const apiVersion = apiVersionOf(resource);
  const { apiVersion: givenVersion = apiVersion, kind = resource.kind, metadata = {} } = body;
  if (kind !== resource.kind)
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: the kind in the data (${String(kind)}) does not match the expected kind (${resource.kind})`,
    );
  if (givenVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${String(givenVersion)}) does not match the expected API version (${apiVersion})`,
    );
  if (!isJsonObject(metadata)) throw badRequest("metadata is no object");
  const { namespace: _, ...unplaced } = metadata;
  const place = resource.namespaced ? placeOf(metadata["namespace"], namespace) : undefined;
  const placed = place === undefined ? unplaced : { ...unplaced, namespace: place };
  return { ...body, apiVersion, kind, metadata: placed } as unknown as KubeObject;
}

function placeOf(given: JsonValue | undefined, wanted: string | undefined): string {
  if (wanted === undefined) throw badRequest("an empty namespace may not be set during creation");
  if (given !== undefined && given !== "" && given !== wanted)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  return wanted;
}

export function checkName(resource: ServedResource, name: string): void {
  const { kind, group } = resource;
  const causes = nameCauses(resource, name);
  if (causes.length > 0) throw invalid({ kind, group, name }, causes);
}

/** Nothing is made in a namespace that is not there, or that is on its way out. */
export function checkNamespace({ store }: ApiContext, resource: ServedResource, object: KubeObject): void {
  const { namespace, name } = object.metadata;
  if (!resource.namespaced || namespace === undefined) return;
  const home = store.get("namespaces", "", namespace)?.object();
  if (home === undefined) throw notFound({ plural: "namespaces", group: "", name: namespace });
  if (home.metadata.deletionTimestamp !== undefined)
    throw forbidden(
      namedOf(resource, name),
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
}

/** The stored object that the target names, or why there is none. */
export function existing({ store }: ApiContext, target: RequestTarget): KubeObject {
  const { resource, namespace = "", name = "" } = target;
  const found = store.get(resource.collection, namespace, name);
  if (found === undefined) throw notFound(namedOf(resource, name));
  return inVersion(found.object(), resource);
}

/** All versions of a kind are stored alike and differ by their apiVersion alone. */
export const inVersion = (object: KubeObject, resource: ServedResource): KubeObject =>
  object.apiVersion === apiVersionOf(resource) ? object : { ...object, apiVersion: apiVersionOf(resource) };

export type { StatusFailure };
