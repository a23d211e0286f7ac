import { UsageError } from "../../base/index.ts";
import { type JsonValue } from "../../model/index.ts";
import { parseQuantity } from "../format/quantity.ts";
import { evaluatePath } from "../json-path/evaluate.ts";
import { parsePath } from "../json-path/parse.ts";
import { type Entry } from "./entries.ts";

/**
 * Entries in the order of what a JSONPath finds in each, across clusters: numbers and quantities by their amount,
 * text by character, entries without the field first, as kubectl sorts. A path that no entry has is a UsageError.
 */
export function sortEntries(entries: readonly Entry[], expression: string): readonly Entry[] {
  const path = parsePath(expression);
  const keyed = entries.map((entry) => ({ entry, key: evaluatePath(path, entry.object)[0] }));
  if (keyed.length > 0 && keyed.every(({ key }) => key === undefined))
    throw new UsageError(`--sort-by ${expression}: no object has this field`);
  return keyed.toSorted((a, b) => compareValues(a.key, b.key)).map(({ entry }) => entry);
}

/** Below 0, 0 or above: missing first, then by amount where both are amounts, else by character. */
export function compareValues(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const amounts = [amountOf(a), amountOf(b)] as const;
  if (amounts[0] !== undefined && amounts[1] !== undefined) return compareAmounts(amounts[0], amounts[1]);
  return compareText(textOf(a), textOf(b));
}

function amountOf(value: JsonValue): bigint | number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" ? parseQuantity(value)?.nano : undefined;
}

const billion = 1_000_000_000;

function compareAmounts(a: bigint | number, b: bigint | number): number {
  if (typeof a === typeof b) return a < b ? -1 : Number(a > b);
  return Number(typeof a === "bigint" ? a : a * billion) - Number(typeof b === "bigint" ? b : b * billion);
}

const textOf = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
