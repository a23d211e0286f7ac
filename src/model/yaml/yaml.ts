import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { yamlText } from "./yaml-scalar.ts";

/**
 * YAML to the letter as kubectl writes it (Go's yaml package): keys in order, lists not indented below their key, long
 * texts folded, text of several lines as a literal block.
 */
export const toYaml = (value: JsonValue): string => `${node(value, { indent: 0, column: 0 }).replace(/^\n/, "")}\n`;

/** The indentation of the block that a value stands in, and the column at which it begins. */
type Position = Readonly<{ indent: number; column: number }>;

function node(value: JsonValue, position: Position): string {
  if (typeof value === "string") return yamlText(value, { ...position, indent: position.indent + 2, key: false });
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : sequence(value, position.indent);
  if (!isJsonObject(value)) return String(value);
  const entries = entriesOf(value);
  return entries.length === 0 ? "{}" : mapping(entries, position.indent);
}

/** Items behind dashes, the first one on a new line. */
const sequence = (list: readonly JsonValue[], indent: number): string =>
  list.map((item) => `\n${" ".repeat(indent)}- ${inner(item, indent + 2)}`).join("");

const mapping = (entries: readonly (readonly [string, JsonValue])[], indent: number): string =>
  entries.map(([key, value]) => `\n${" ".repeat(indent)}${entry(key, value, indent)}`).join("");

function entry(key: string, value: JsonValue, indent: number): string {
  // What is longer has to be marked as a key.
  if (Buffer.byteLength(key) > 128 || key.includes("\n")) {
    const text = yamlText(key, { column: indent + 2, indent: indent + 2, key: false });
    return `? ${text}\n${" ".repeat(indent)}: ${inner(value, indent + 2)}`;
  }
  const text = yamlText(key, { column: indent, indent, key: true });
  const column = indent + text.length + 2;
  if (Array.isArray(value) && value.length > 0) return `${text}:${sequence(value, indent)}`;
  if (isBlock(value)) return `${text}:${node(value, { indent: indent + 2, column })}`;
  return `${text}: ${node(value, { indent, column })}`;
}

/** A value behind a dash: blocks begin on the dash's own line. */
function inner(value: JsonValue, indent: number): string {
  if (isBlock(value)) return node(value, { indent, column: indent }).trimStart();
  return node(value, { indent: indent - 2, column: indent });
}

const isBlock = (value: JsonValue): boolean =>
  Array.isArray(value) ? value.length > 0 : isJsonObject(value) && entriesOf(value).length > 0;

function entriesOf(object: JsonObject): readonly (readonly [string, JsonValue])[] {
  const entries = Object.entries(object).filter((pair): pair is [string, JsonValue] => pair[1] !== undefined);
  return entries.sort(([a], [b]) => compareKeys(a, b));
}

/** Go's order of keys: other characters before letters, runs of digits by their number. */
export function compareKeys(a: string, b: string): number {
  let index = 0;
  while (index < a.length && index < b.length && a[index] === b[index]) index += 1;
  if (index === a.length || index === b.length) return a.length - b.length;
  return compareTails(a.slice(index), b.slice(index));
}

const isLetter = (text: string): boolean => /^\p{L}/u.test(text);
const leadingDigits = (text: string): string => /^\d*/.exec(text)?.[0] ?? "";

/** Of texts that differ in their first character. */
function compareTails(a: string, b: string): number {
  const byCharacter = a < b ? -1 : 1;
  if (isLetter(a) !== isLetter(b)) return isLetter(b) ? -1 : 1;
  if (isLetter(a)) return byCharacter;
  const [left, right] = [leadingDigits(a), leadingDigits(b)];
  return Number(left || 0) - Number(right || 0) || left.length - right.length || byCharacter;
}

/** Go's shortest form: an exponent for fractions from a million on and below a ten-thousandth. */
function numberText(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || (size >= 1e-4 && size < 1e6)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}
