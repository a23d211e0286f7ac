import { HeddleError, messageOf, sqliteCodeOf, systemCodeOf } from "../../base/index.ts";
import { DamageError } from "./row.ts";

/**
 * damaged: the file is no longer what SQLite wrote. storage: the disk is full, gone or read-only, or the file is held.
 * other: neither; what was to be written is at fault.
 */
export type FailureKind = "damaged" | "storage" | "other";

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const result = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  auth: 23,
  notADatabase: 26,
};
const damagedResults: ReadonlySet<number> = new Set([result.corrupt, result.notADatabase]);
const storageResults: ReadonlySet<number> = new Set([
  result.busy,
  result.locked,
  result.noMemory,
  result.readOnly,
  result.io,
  result.full,
  result.cannotOpen,
  result.auth,
]);

/**
 * A key that is there already: SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE, _ROWID. No batch can bring that about, only a file
 * whose counters are wrong.
 */
const impossibleResults: ReadonlySet<number> = new Set([1555, 2067, 2579]);

/** A read that ended before its end: SQLITE_IOERR_SHORT_READ and SQLITE_IOERR_CORRUPTFS. */
const damagedExtendedResults: ReadonlySet<number> = new Set([522, 8458]);

export const isBusy = (error: unknown): boolean => ((sqliteCodeOf(error) ?? 0) & 0xff) === result.busy;

export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof DamageError) return "damaged";
  const code = sqliteCodeOf(error);
  if (code === undefined)
    return systemCodeOf(error)?.startsWith("E") === true && !isCallersMistake(error) ? "storage" : "other";
  if (damagedExtendedResults.has(code) || impossibleResults.has(code) || damagedResults.has(code & 0xff))
    return "damaged";
  return storageResults.has(code & 0xff) ? "storage" : "other";
}

/** Node's own errors (ERR_INVALID_ARG_TYPE) also begin with an E. */
const isCallersMistake = (error: unknown): boolean => systemCodeOf(error)?.startsWith("ERR_") === true;

/** Why nothing of the batch was recorded: for the disk, which may be mended, or else for the batch itself. */
export function recordFailure(error: unknown, folder: string): HeddleError {
  if (error instanceof HeddleError) return error;
  if (failureKindOf(error) === "other") {
    return new HeddleError(`A batch could not be recorded in ${folder}: ${messageOf(error)}.`, {
      code: "HEDDLE_CATALOG_BATCH_INVALID",
      cause: error,
    });
  }
  return new HeddleError(
    `The catalog in ${folder} cannot be written: ${messageOf(error)}. Nothing of what was to be recorded was; ` +
      `it goes on once the disk takes it: look at the space left and the permissions there.`,
    { code: "HEDDLE_CATALOG_WRITE_FAILED", retryable: true, cause: error, details: { folder } },
  );
}
