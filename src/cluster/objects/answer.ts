import { HeddleError } from "../../base/index.ts";
import {
  apiVersionOf,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  listAt,
  numberAt,
  objectAt,
  type Resource,
  resourceName,
  stringAt,
} from "../../model/index.ts";
import { type ListPage } from "../model.ts";

/** A list's page and the token of the next one. */
export type ContinuedPage = ListPage & Readonly<{ continueToken?: string }>;

/** An answer that is one object with a name; anything else breaks the protocol. */
export function asObject(answer: JsonObject, resource: Resource): KubeObject {
  if (isObject(answer)) return answer;
  throw brokenAnswer(resource, "an object with apiVersion, kind and metadata.name");
}

/**
 * The answer to a create. Reviews and some subresources answer with something that has no name (a Status, a
 * TokenReview): it takes the name that was asked for, so that it can be handled as an object.
 */
export function asCreated(answer: JsonObject, resource: Resource, name: string): KubeObject {
  if (isObject(answer)) return answer;
  return asObject({ ...answer, metadata: { ...objectAt(answer, "metadata"), name } }, resource);
}

/**
 * A page from a List. Typed lists leave apiVersion and kind out of their items: the list's own are filled in; items
 * that tell theirs (custom resources do) are passed on as they are, without a copy.
 */
export function asPage(answer: JsonObject, resource: Resource): ContinuedPage {
  const listKind = stringAt(answer, "kind") ?? "";
  const items = answer["items"];
  const resourceVersion = stringAt(answer, "metadata", "resourceVersion") ?? "";
  if (!listKind.endsWith("List") || (items !== null && items !== undefined && !Array.isArray(items)))
    throw brokenAnswer(resource, "a list with items");
  const typed = listKind !== "List";
  const apiVersion = (typed ? stringAt(answer, "apiVersion") : undefined) ?? apiVersionOf(resource);
  const kind = typed ? listKind.slice(0, -"List".length) : resource.kind;
  const remaining = numberAt(answer, "metadata", "remainingItemCount");
  const continueToken = stringAt(answer, "metadata", "continue");
  return {
    objects: listAt(answer, "items").map((item) => asItem(item, { apiVersion, kind }, resource)),
    resourceVersion,
    ...(remaining === undefined ? {} : { remaining }),
    ...(continueToken ? { continueToken } : {}),
  };
}

function asItem(item: JsonValue, typeMeta: Readonly<{ apiVersion: string; kind: string }>, of: Resource): KubeObject {
  if (isJsonObject(item)) {
    const whole = item["kind"] === undefined ? { ...typeMeta, ...item } : item;
    if (isObject(whole)) return whole;
  }
  throw brokenAnswer(of, "a list whose items have metadata.name");
}

const isObject = (value: JsonObject): value is KubeObject =>
  typeof value["apiVersion"] === "string" &&
  typeof value["kind"] === "string" &&
  isJsonObject(value["metadata"]) &&
  typeof value["metadata"]["name"] === "string";

const brokenAnswer = (resource: Resource, expected: string): HeddleError =>
  new HeddleError(`the API server's answer about ${resourceName(resource)} is not what was expected: ${expected}`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
  });
