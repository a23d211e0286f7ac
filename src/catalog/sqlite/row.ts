import { type SQLInputValue, type StatementSync } from "node:sqlite";

/** What was read cannot have been written: the file is damaged, though SQLite did not see it. */
export class DamageError extends Error {
  override readonly name = "DamageError";
}

/** The rows of a statement that returns arrays. */
export const rowsOf = (
  statement: StatementSync,
  ...values: readonly SQLInputValue[]
): readonly (readonly unknown[])[] => statement.all(...values) as unknown as readonly (readonly unknown[])[];

/** The first row of a statement that returns arrays. */
export const rowOf = (statement: StatementSync, ...values: readonly SQLInputValue[]): readonly unknown[] | undefined =>
  statement.get(...values) as unknown as readonly unknown[] | undefined;

/** A column that can only be text. */
export function textIn(value: unknown): string {
  if (typeof value === "string") return value;
  throw new DamageError(`Text was expected in a row, ${value === null ? "null" : typeof value} was found.`);
}

/** A column that can only be an integer. */
export function integerIn(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new DamageError(`An integer was expected in a row, ${value === null ? "null" : typeof value} was found.`);
}

/** A column that can only be JSON of an object, or null for none. */
export function jsonIn(value: unknown): object | undefined {
  if (value === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(textIn(value));
    if (typeof parsed === "object" && parsed !== null) return parsed;
  } catch (error) {
    throw new DamageError("JSON was expected in a row, something else was found.", { cause: error });
  }
  throw new DamageError("An object was expected in a row's JSON, something else was found.");
}
