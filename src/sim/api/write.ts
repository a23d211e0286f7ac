import { type JsonObject, type JsonValue, type KubeObject, objectAt } from "../../model/index.ts";
import { type ServedResource } from "../kinds/model.ts";
import { sameJson } from "../patch/json-patch.ts";
import { checkBody, checkName, checkNamespace, existing, namedOf } from "./checks.ts";
import { type ApiContext } from "./context.ts";
import { initialState } from "./initial-state.ts";
import { freshMetadata, generatedName, keptMetadata } from "./metadata.ts";
import { type RequestTarget } from "./request-target.ts";
import { alreadyExists, badRequest, conflict, invalid, modified, noSuchResource } from "./status-failure.ts";

export type WriteOptions = Readonly<{ dryRun: boolean }>;

/** POST to a collection. */
export function createObject(
  context: ApiContext,
  target: RequestTarget,
  options: WriteOptions &
    Readonly<{
      body: JsonValue;
      /** Of an object that is there from the beginning: its status and uid are its own. */
      fromBeginning?: boolean;
    }>,
): KubeObject {
  const { resource } = target;
  const given = named(checkBody(options.body, target), resource, context);
  checkName(resource, given.metadata.name);
  checkNamespace(context, resource, given);
  const { name, namespace = "" } = given.metadata;
  if (context.store.get(resource.collection, namespace, name) !== undefined)
    throw alreadyExists(namedOf(resource, name));
  const { fromBeginning = false } = options;
  const { uid } = given.metadata;
  const fresh = freshMetadata(given.metadata, context);
  const metadata = fromBeginning && uid !== undefined ? { ...fresh, uid } : fresh;
  const { status, ...rest } = given;
  const kept = resource.hasStatus || status === undefined ? rest : given;
  const generation = resource.generations ? { generation: 1 } : {};
  const initial = initialState(resource, { ...kept, metadata: { ...metadata, ...generation } } as KubeObject);
  const object = fromBeginning && status !== undefined ? ({ ...initial, status } as KubeObject) : initial;
  return options.dryRun ? object : context.store.put(resource.collection, object).object();
}

function named(object: KubeObject, resource: ServedResource, { random }: ApiContext): KubeObject {
  const { name, generateName } = object.metadata;
  if (typeof name === "string" && name !== "") return object;
  if (typeof generateName === "string" && generateName !== "")
    return { ...object, metadata: { ...object.metadata, name: generatedName(generateName, random) } };
  const message = "Required value: name or generateName is required";
  throw invalid({ ...resource, name: "" }, [{ reason: "FieldValueRequired", message, field: "metadata.name" }]);
}

/** PUT of an object, or of its status. */
export function replaceObject(
  context: ApiContext,
  target: RequestTarget,
  options: WriteOptions & Readonly<{ body: JsonValue }>,
): KubeObject {
  const before = existing(context, target);
  const given = checkBody(options.body, target);
  if (given.metadata.name !== target.name)
    throw badRequest(
      `the name of the object (${given.metadata.name}) does not match the name on the URL (${target.name})`,
    );
  return update(context, target, { before, given, dryRun: options.dryRun });
}

export type Update = WriteOptions & Readonly<{ before: KubeObject; given: KubeObject }>;

/** From one state to the next, by the rules that hold for PUT and PATCH alike. */
export function update(
  context: ApiContext,
  { resource, subresource }: RequestTarget,
  { before, given, dryRun }: Update,
): KubeObject {
  checkCurrent(resource, before, given);
  const after = subresource === "status" ? withStatusOf(before, given) : withSpecOf(resource, before, given);
  const next = grown(resource, before, after);
  if (dryRun || sameJson(next as JsonObject, before as JsonObject)) return next;
  const { name, namespace = "" } = next.metadata;
  if (isEnded(next)) return context.store.remove(resource.collection, namespace, name)?.object() ?? next;
  return context.store.put(resource.collection, next).object();
}

/** The last finalizer is gone, and nothing else holds it. */
const isEnded = ({ metadata, spec }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers ?? []).length === 0 &&
  Number(metadata["deletionGracePeriodSeconds"] ?? 0) === 0 &&
  (objectAt(spec)["finalizers"] ?? []).toString() === "";

function checkCurrent(resource: ServedResource, before: KubeObject, given: KubeObject): void {
  const named = namedOf(resource, before.metadata.name);
  const { resourceVersion, uid } = given.metadata;
  if (uid !== undefined && uid !== "" && uid !== before.metadata.uid)
    throw conflict(
      named,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`,
    );
  if (resourceVersion !== undefined && resourceVersion !== "" && resourceVersion !== before.metadata.resourceVersion)
    throw modified(named);
}

function withStatusOf(before: KubeObject, given: KubeObject): KubeObject {
  const { status: _, ...rest } = before;
  return (given["status"] === undefined ? rest : { ...rest, status: given["status"] }) as KubeObject;
}

function withSpecOf(resource: ServedResource, before: KubeObject, given: KubeObject): KubeObject {
  const metadata = {
    ...keptMetadata(given.metadata, before.metadata),
    resourceVersion: before.metadata.resourceVersion,
  };
  if (!resource.hasStatus) return { ...given, metadata } as KubeObject;
  const { status: _, ...rest } = given;
  return { ...rest, ...(before["status"] === undefined ? {} : { status: before["status"] }), metadata } as KubeObject;
}

/** The generation counts changes of what is wanted. */
function grown(resource: ServedResource, before: KubeObject, after: KubeObject): KubeObject {
  const wanted = ({ metadata: _, status: __, ...rest }: KubeObject): JsonObject => rest as JsonObject;
  if (!resource.generations || sameJson(wanted(before), wanted(after))) return after;
  return { ...after, metadata: { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

/** A subresource that the kind has, or why not. */
export function checkSubresource({ resource, subresource }: RequestTarget): void {
  if (subresource !== undefined && !resource.subresources.some(({ name }) => name === subresource))
    throw noSuchResource();
}
