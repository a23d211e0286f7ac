import { jsonAt, type KubeObject } from "../../model/index.ts";

/** "True" or "False" of a boolean at a path, "<unset>" where there is none. */
export function capitalised(object: KubeObject, path: readonly string[]): string {
  const value = jsonAt(object, ...path);
  if (typeof value !== "boolean") return "<unset>";
  return value ? "True" : "False";
}

/** At most `most` parts joined by `separator`, and how many more there are of `total`. */
export function shortened(parts: readonly string[], most: number, separator = ","): string {
  const shown = parts.slice(0, most).join(separator);
  return parts.length > most ? `${shown} + ${parts.length - most} more...` : shown;
}
