import { isJsonObject, type JsonValue } from "../../model/index.ts";
import { evaluatePath } from "./evaluate.ts";
import { type Template } from "./syntax.ts";

/** A template filled in with a value: several results of one path stand behind one another with blanks between. */
export function printTemplate(template: Template, value: JsonValue): string {
  return template
    .map((part) => {
      switch (part.do) {
        case "text":
          return part.text;
        case "path":
          return evaluatePath(part.path, value).map(valueText).join(" ");
        case "range":
          return evaluatePath(part.path, value)
            .map((each) => printTemplate(part.body, each))
            .join("");
      }
    })
    .join("");
}

/** Scalars as they are, lists and objects as JSON with sorted keys and escapes as Go writes it. */
export function valueText(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  return JSON.stringify(sortedKeys(value)).replaceAll(/[<>&\u2028\u2029]/g, escapeForHtml);
}

const escapeForHtml = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The same value with the keys of every object in order: how Go writes maps. */
export function sortedKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([key, child]) => [key, sortedKeys(child)]),
  );
}
