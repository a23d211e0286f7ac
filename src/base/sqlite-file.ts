import { closeSync, openSync, readSync } from "node:fs";

/** SQLite's (extended) result code of an error thrown by node:sqlite: https://sqlite.org/rescode.html. */
export const sqliteCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;

/**
 * True for what SQLite says (SQLITE_ERROR) of a step from one version of a file to the next that does not fit what is in
 * the file: what it makes is there already, or what it changes is not.
 */
export const contradictsSchema = (error: unknown): boolean =>
  ((sqliteCodeOf(error) ?? 0) & 0xff) === 1 &&
  error instanceof Error &&
  /already exists|duplicate column name|no such (table|column|index)/.test(error.message);

/** True for a version (PRAGMA user_version) that no file of a Heddle that is to come will have, who knows up to `known`. */
export const isNoVersion = (found: number, known: number): boolean => found < 0 || found > known + 100;

/** Of https://sqlite.org/fileformat2.html#the_database_header; each is the newest that there is. */
const formats = [
  { at: 18, bytes: 1, newest: 2, what: "write version" },
  { at: 19, bytes: 1, newest: 2, what: "read version" },
  { at: 44, bytes: 4, newest: 4, what: "schema format" },
] as const;

const headerBytes = 100;

/**
 * What is wrong with a database file's header that SQLite itself does not call damage: formats that no SQLite writes,
 * for which it takes the file to be read-only, or the statement to be wrong. Undefined where nothing is, and for what is
 * too short to have a header. Throws as the file system does.
 */
export function headerFaultOf(path: string): string | undefined {
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, "r");
  try {
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes) return undefined;
  } finally {
    closeSync(file);
  }
  for (const { at, bytes, newest, what } of formats) {
    const found = header.readUIntBE(at, bytes);
    if (found > newest) return `its header has the ${what} ${found}, where SQLite writes ${newest} at most`;
  }
  return undefined;
}
