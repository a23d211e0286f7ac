import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  jsonAt,
  type KubeObject,
  objectAt,
  stringAt,
} from "../../model/index.ts";
import { existing } from "./checks.ts";
import { type ApiContext } from "./context.ts";
import { type RequestTarget } from "./request-target.ts";
import { badRequest, invalid, methodNotAllowed } from "./status-failure.ts";
import { valueAt } from "./table.ts";
import { update, type WriteOptions } from "./write.ts";

/** autoscaling/v1 Scale of an object that has replicas. */
export function readScale(context: ApiContext, target: RequestTarget): JsonObject {
  return scaleOf(existing(context, target), target);
}

/** Writes spec.replicas of a Scale into the object. */
export function writeScale(
  context: ApiContext,
  target: RequestTarget,
  options: WriteOptions & Readonly<{ body: JsonValue }>,
): JsonObject {
  const { specReplicas } = pathsOf(target);
  const before = existing(context, target);
  const { replicas, uid, resourceVersion } = checkScale(options.body, target);
  const metadata = { ...before.metadata, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  const given = { ...withValue(before as JsonObject, specReplicas, replicas), metadata } as KubeObject;
  const { subresource: _, ...whole } = target;
  return scaleOf(update(context, whole, { before, given, dryRun: options.dryRun }), target);
}

/** What a Scale asks for: no replicas are 0 of them. */
function checkScale(
  body: JsonValue,
  { name = "" }: RequestTarget,
): Readonly<{ replicas: number; uid: string | undefined; resourceVersion: string | undefined }> {
  const { kind = "Scale", apiVersion = "autoscaling/v1" } = objectAt(body);
  if (!isJsonObject(body) || kind !== "Scale" || apiVersion !== "autoscaling/v1")
    throw badRequest(`wrong object passed to Scale update: ${String(apiVersion)} ${String(kind)}`);
  const given = stringAt(body, "metadata", "name");
  if (given !== name)
    throw badRequest(`the name of the object (${given ?? ""}) does not match the name on the URL (${name})`);
  const replicas = jsonAt(body, "spec", "replicas") ?? 0;
  if (typeof replicas !== "number" || !Number.isInteger(replicas))
    throw invalid({ kind: "", group: "", name: "" }, [
      {
        reason: "FieldValueInvalid",
        message: `Invalid value: ${JSON.stringify(body)}: spec.replicas is no whole number`,
        field: "patch",
      },
    ]);
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  if (replicas < 0)
    throw invalid({ kind: "Scale", group: "autoscaling", name }, [
      { reason: "FieldValueInvalid", message, field: "spec.replicas" },
    ]);
  const [uid, resourceVersion] = ["uid", "resourceVersion"].map((part) => stringAt(body, "metadata", part));
  return { replicas, uid, resourceVersion };
}

function pathsOf({ resource }: RequestTarget): NonNullable<RequestTarget["resource"]["scale"]> {
  if (resource.scale === undefined) throw methodNotAllowed();
  return resource.scale;
}

function scaleOf(object: KubeObject, target: RequestTarget): JsonObject {
  const { specReplicas, statusReplicas } = pathsOf(target);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = jsonAt(object["spec"], "selector", "matchLabels");
  const selector = Object.entries((labels ?? {}) as JsonObject).map(([key, value]) => `${key}=${String(value)}`);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: Number(valueAt(object as JsonObject, specReplicas) ?? 0) },
    status: { replicas: Number(valueAt(object as JsonObject, statusReplicas) ?? 0), selector: selector.join(",") },
  };
}

function withValue(object: JsonObject, path: string, value: JsonValue): JsonObject {
  const [, key = "", rest = ""] = /^\.([^.]+)(.*)$/.exec(path) ?? [];
  if (rest === "") return { ...object, [key]: value };
  const below = object[key];
  return { ...object, [key]: withValue((below ?? {}) as JsonObject, rest, value) };
}
