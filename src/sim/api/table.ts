import { jsonAt, type JsonObject, type JsonValue, type KubeObject } from "../../model/index.ts";
import { type ServedResource, type TableColumn } from "../kinds/model.ts";

/** How much of each object a table's rows hold. */
export type IncludeObject = "None" | "Metadata" | "Object";

/** metav1.Table of the objects: their names and the kind's columns. */
export function tableOf(
  objects: readonly KubeObject[],
  { resource, include, nowMs }: Readonly<{ resource: ServedResource; include: IncludeObject; nowMs: number }>,
): JsonObject {
  return {
    columnDefinitions: [
      { name: "Name", type: "string", format: "name", description: "", priority: 0 },
      ...resource.columns.map(({ name, type, priority, description }) => ({
        name,
        type: type === "date" ? "string" : type,
        format: "",
        description,
        priority,
      })),
    ],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...resource.columns.map((column) => cellOf(object, column, nowMs))],
      ...(include === "None" ? {} : { object: include === "Object" ? (object as JsonObject) : partialOf(object) }),
    })),
  };
}

/** metav1.PartialObjectMetadata of an object. */
export const partialOf = ({ metadata }: KubeObject): JsonObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata,
});

function cellOf(object: KubeObject, { type, path, cell }: TableColumn, nowMs: number): JsonValue {
  if (cell !== undefined) return cell(object);
  const value = valueAt(object as JsonObject, path);
  if (type === "date") return typeof value === "string" ? ageOf(value, nowMs) : "<unknown>";
  if (value === undefined) return type === "integer" || type === "number" ? 0 : "";
  return typeof value === "object" ? JSON.stringify(value) : value;
}

/** A JSONPath of keys and indexes: ".spec.ports[0].port". Anything more is left to the client. */
export function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  const steps = [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  return jsonAt(object, ...steps);
}

/** As kubectl writes ages: the two largest units while they matter. */
function ageOf(timestamp: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(timestamp)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
