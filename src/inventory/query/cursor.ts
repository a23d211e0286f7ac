import { UsageError } from "../../base/index.ts";
import { type SortKey, type Sorting } from "./sort.ts";

/** The last key of a page as an opaque text. It names no row: it stays valid whatever changes. */
export const writeCursor = ({ name }: Sorting, { value, table, key }: SortKey): string =>
  Buffer.from(JSON.stringify([version, name, value, table, key])).toString("base64url");

const version = 1;

/** The key to go on behind. Fails with HEDDLE_CURSOR_INVALID when it was not made for this sort. */
export function readCursor({ name }: Sorting, cursor: string): SortKey {
  const parts = parse(cursor);
  const [, sort, value, table, key] = parts;
  const whole = parts[0] === version && parts.length === 5 && isValue(value);
  if (!whole || typeof table !== "string" || typeof key !== "string")
    throw invalid("it is none that a page gave as its `next`");
  if (sort !== name) throw invalid(`it goes on in order of "${String(sort)}", this query sorts by "${name}"`);
  return { value, table, key };
}

const isValue = (value: unknown): value is SortKey["value"] =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function parse(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

const invalid = (why: string): UsageError =>
  new UsageError(`the cursor cannot be used: ${why}; ask for the first page again, without a cursor`, {
    code: "HEDDLE_CURSOR_INVALID",
  });
