import { type JsonObject, type JsonValue, jsonAt, type KubeObject, numberAt } from "../../model/index.ts";
import { existing } from "./checks.ts";
import { type ApiContext } from "./context.ts";
import { type RequestTarget } from "./request-target.ts";
import { methodNotAllowed } from "./status-failure.ts";
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
  const replicas = numberAt(options.body, "spec", "replicas") ?? 0;
  const version = jsonAt(options.body, "metadata", "resourceVersion");
  const metadata = { ...before.metadata, ...(typeof version === "string" ? { resourceVersion: version } : {}) };
  const given = { ...withValue(before as JsonObject, specReplicas, replicas), metadata } as KubeObject;
  const { subresource: _, ...whole } = target;
  return scaleOf(update(context, whole, { before, given, dryRun: options.dryRun }), target);
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
