import { UsageError } from "../../base/index.ts";
import { type JsonValue } from "../../model/index.ts";
import { parseQuantity } from "../format/quantity.ts";
import { evaluatePath } from "../json-path/evaluate.ts";
import { parsePath } from "../json-path/parse.ts";
import { type Entry } from "./entries.ts";

/**
 * Entries in the order of what a JSONPath finds in each, across clusters: numbers and quantities by their amount,
 * text in natural order ("web-2" before "web-10"), entries without the field first, as kubectl sorts. A path that no
 * entry has is a UsageError.
 */
export function sortEntries(entries: readonly Entry[], expression: string): readonly Entry[] {
  const path = parsePath(expression);
  const keyed = entries.map((entry) => ({ entry, key: evaluatePath(path, entry.object)[0] }));
  if (keyed.length > 0 && keyed.every(({ key }) => key === undefined))
    throw new UsageError(`--sort-by ${expression}: no object has this field`);
  return keyed.toSorted((a, b) => compareValues(a.key, b.key)).map(({ entry }) => entry);
}

/** Below 0, 0 or above: missing first, then by amount where both are amounts, else in natural order. */
export function compareValues(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const amounts = [amountOf(a), amountOf(b)] as const;
  if (amounts[0] !== undefined && amounts[1] !== undefined) return compareAmounts(amounts[0], amounts[1]);
  return compareNaturally(textOf(a), textOf(b));
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

/** Runs of digits compare as numbers, everything else by character. */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [chunksOf(a), chunksOf(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = compareChunks(left[index] ?? "", right[index] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length || (a < b ? -1 : Number(a > b));
}

const chunksOf = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];

function compareChunks(a: string, b: string): number {
  if (/^\d/.test(a) && /^\d/.test(b)) {
    const [left, right] = [BigInt(a), BigInt(b)];
    return left < right ? -1 : Number(left > right);
  }
  return a < b ? -1 : Number(a > b);
}
