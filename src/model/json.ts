/** A JSON value as parsed: nothing else may enter an object that goes to or comes from an API server. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path of keys and indexes, or undefined where the path leaves the object. */
export function jsonAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonValue | undefined {
  let current = value;
  for (const key of path) {
    if (Array.isArray(current) && typeof key === "number") current = current[key];
    else if (isJsonObject(current)) current = current[key];
    else return undefined;
  }
  return current;
}

/** A string at a path; undefined when it is anything else. */
export function stringAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = jsonAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** A number at a path; undefined when it is anything else. */
export function numberAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): number | undefined {
  const found = jsonAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** A list at a path; empty when there is none: Kubernetes leaves empty lists out. */
export function listAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): readonly JsonValue[] {
  const found = jsonAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** An object at a path; empty when there is none. */
export function objectAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonObject {
  const found = jsonAt(value, ...path);
  return isJsonObject(found) ? found : {};
}
