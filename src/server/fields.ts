import { isJsonObject, type JsonObject, type JsonValue } from "../model/index.ts";
import { ServerError } from "./failures.ts";

/** Reads the fields of a question, each by its type; 400 HEDDLE_SERVER_QUESTION_INVALID that names what is wrong. */
export type Fields = Readonly<{
  text(key: string): string;
  optionalText(key: string): string | undefined;
  optionalTexts(key: string): readonly string[] | undefined;
  optionalObject(key: string): JsonObject | undefined;
  optionalTruth(key: string): boolean | undefined;
  optionalWhole(key: string): number | undefined;
}>;

/** Fails at once when `value` has a field that is not in `known`: a misspelt filter must not answer everything. */
export function fieldsOf(value: JsonObject, known: readonly string[]): Fields {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw invalid(`"${key}" is no field of this question: it has ${known.join(", ")}`);
  const optional = <T extends JsonValue>(key: string, what: string, is: (found: JsonValue) => found is T) => {
    const found = value[key];
    if (found === undefined || found === null) return undefined;
    if (is(found)) return found;
    throw invalid(`"${key}" must be ${what}`);
  };
  const optionalText = (key: string) => optional(key, "a text", isText);
  return {
    optionalText,
    text(key) {
      const found = optionalText(key);
      if (found === undefined) throw invalid(`"${key}" is missing`);
      return found;
    },
    optionalTexts: (key) => optional(key, "a list of texts", isTexts),
    optionalObject: (key) => optional(key, "an object", isJsonObject),
    optionalTruth: (key) => optional(key, "true or false", isTruth),
    optionalWhole: (key) => optional(key, "a whole number from 0 on", isWhole),
  };
}

const isText = (value: JsonValue): value is string => typeof value === "string";
const isTexts = (value: JsonValue): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isTruth = (value: JsonValue): value is boolean => typeof value === "boolean";
const isWhole = (value: JsonValue): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const invalid = (message: string): ServerError => new ServerError(400, "HEDDLE_SERVER_QUESTION_INVALID", message);
