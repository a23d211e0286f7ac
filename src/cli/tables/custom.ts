import { type JsonObject, type JsonValue, type KubeObject, listAt, numberAt, stringAt } from "../../model/index.ts";
import { ageOf, parseTime } from "../format/age.ts";
import { evaluatePath } from "../json-path/evaluate.ts";
import { parsePath } from "../json-path/parse.ts";
import { valueText } from "../json-path/print.ts";
import { type Path } from "../json-path/syntax.ts";
import { ageColumn, type Column, nameColumn, type Table } from "./column.ts";

/** The columns that a CustomResourceDefinition gives to one of its versions: its additionalPrinterColumns, or the age. */
export function customTable(definition: KubeObject, version: string): Table {
  const served = listAt(definition, "spec", "versions").find((entry) => stringAt(entry, "name") === version);
  const columns = listAt(served, "additionalPrinterColumns");
  return [
    nameColumn,
    ...(columns.length === 0 ? [ageColumn] : columns.map((column) => customColumn(column as JsonObject))),
  ];
}

function customColumn(column: JsonObject): Column {
  const path = parseOrNothing(stringAt(column, "jsonPath") ?? "");
  const type = stringAt(column, "type") ?? "string";
  return {
    header: (stringAt(column, "name") ?? "").toUpperCase(),
    wide: (numberAt(column, "priority") ?? 0) > 0,
    cell: (object, { nowMs }) => cellText(type, firstValue(path, object), nowMs),
  };
}

/** A definition may hold a path that no one can read: its column stays empty, as the API server leaves it. */
function parseOrNothing(text: string): Path | undefined {
  try {
    return parsePath(text);
  } catch {
    return undefined;
  }
}

function firstValue(path: Path | undefined, object: KubeObject): JsonValue | undefined {
  if (path === undefined) return undefined;
  try {
    return evaluatePath(path, object)[0];
  } catch {
    return undefined;
  }
}

/** What does not have the column's type is left empty. */
function cellText(type: string, value: JsonValue | undefined, nowMs: number): string {
  if (value === undefined) return "";
  switch (type) {
    case "integer":
      return typeof value === "number" ? String(Math.trunc(value)) : "";
    case "number":
      return typeof value === "number" ? String(value) : "";
    case "boolean":
      return typeof value === "boolean" ? String(value) : "";
    case "date":
      return dateText(value, nowMs);
    default:
      return valueText(value);
  }
}

function dateText(value: JsonValue, nowMs: number): string {
  if (typeof value !== "string") return "";
  return parseTime(value) === undefined ? "<invalid>" : ageOf(value, nowMs);
}
