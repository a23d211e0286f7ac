import { type ClusterId, isJsonObject, type JsonObject, type KubeObject } from "../../model/index.ts";
import { parseTime } from "../format/age.ts";
import { field, type Field, optional } from "./field.ts";

/** What begins every description: where the object lives, its name, labels and annotations. */
export function identity(object: KubeObject, cluster: ClusterId): readonly Field[] {
  const { name, namespace } = object.metadata;
  return [field("Cluster", cluster), field("Name", name), ...optional("Namespace", namespace)];
}

/** Labels and annotations, one a line; what kubectl keeps for itself in an annotation is left out. */
export function labelsAndAnnotations({ metadata }: KubeObject): readonly Field[] {
  const { ["kubectl.kubernetes.io/last-applied-configuration"]: _, ...annotations } = metadata.annotations ?? {};
  return [field("Labels", mapLines(metadata.labels, "=")), field("Annotations", mapLines(annotations, ": "))];
}

/** One line for each key in order, or "<none>". */
export function mapLines(map: JsonObject | undefined, separator: string): readonly string[] {
  const lines = Object.entries(map ?? {}).map(([key, value]) => `${key}${separator}${valueLine(value)}`);
  return lines.length === 0 ? ["<none>"] : lines.sort();
}

const valueLine = (value: JsonObject[string]): string =>
  isJsonObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value ?? "");

/** "ReplicaSet/web-1", or undefined when nothing controls the object. */
export function controllerOf({ metadata }: KubeObject): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}`;
}

/** An RFC 3339 time as RFC 1123 with the zone in numbers, in UTC: "Sat, 21 Nov 2026 07:11:00 +0000". */
export function timeText(timestamp: string | undefined): string | undefined {
  if (timestamp === undefined) return undefined;
  const atMs = parseTime(timestamp);
  return atMs === undefined ? timestamp : new Date(atMs).toUTCString().replace("GMT", "+0000");
}
