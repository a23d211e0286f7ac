import { isJsonObject, type JsonObject, type JsonValue, type KubeObject } from "../../model/index.ts";
import { builtInResources } from "../kinds/built-in.ts";
import { type ServedResource } from "../kinds/model.ts";
import { jsonPatch, PatchFailure } from "../patch/json-patch.ts";
import { mergePatch } from "../patch/merge-patch.ts";
import { strategicPatch } from "../patch/strategic-patch.ts";
import { checkBody, existing } from "./checks.ts";
import { type ApiContext } from "./context.ts";
import { type RequestTarget } from "./request-target.ts";
import { badRequest, StatusFailure, unsupportedMediaType } from "./status-failure.ts";
import { update, type WriteOptions } from "./write.ts";

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
] as const;
const [json, merge] = patchTypes;

export type PatchRequest = WriteOptions & Readonly<{ body: JsonValue; contentType: string }>;

/** PATCH of an object or of its status. Server-side apply is not there: its media type is refused as unknown. */
export function patchObject(context: ApiContext, target: RequestTarget, request: PatchRequest): KubeObject {
  const before = existing(context, target);
  const patched = applyPatch(before as JsonObject, target.resource, request);
  const given = checkBody(patched, target);
  if (given.metadata.name !== before.metadata.name)
    throw badRequest("the name of the object cannot be changed by a patch");
  return update(context, target, { before, given, dryRun: request.dryRun });
}

/** Before the body is read and the object looked for, as the real server does it. */
export function patchTypeOf(resource: ServedResource, contentType: string): (typeof patchTypes)[number] {
  const accepted = isBuiltIn(resource) ? patchTypes : [json, merge];
  const type = accepted.find((accepted) => accepted === contentType);
  if (type === undefined) throw unsupportedMediaType(accepted);
  return type;
}

/** What a patch makes of an object, or of what stands for a part of it. */
export function applyPatch(
  before: JsonObject,
  resource: ServedResource,
  { body, contentType }: Pick<PatchRequest, "body" | "contentType">,
): JsonValue {
  const type = patchTypeOf(resource, contentType);
  if (type === json) return jsonPatched(before, body);
  if (!isJsonObject(body)) throw badRequest("a merge patch is an object");
  return type === merge ? mergePatch(before, body) : strategicPatch(before, body);
}

/** Only Kubernetes' own kinds tell by which keys their lists merge. */
const isBuiltIn = ({ collection }: ServedResource): boolean =>
  builtInResources.some((known) => known.collection === collection);

function jsonPatched(before: JsonObject, body: JsonValue): JsonValue {
  if (!Array.isArray(body)) throw badRequest("a JSON patch is a list of operations");
  try {
    return jsonPatch(before, body);
  } catch (error) {
    if (!(error instanceof PatchFailure)) throw error;
    throw new StatusFailure(`the server rejected our request due to an error in our request: ${error.message}`, {
      reason: "Invalid",
      code: 422,
    });
  }
}
