import { type DatabaseSync } from "node:sqlite";
import { integerIn, rowOf } from "./row.ts";

/** One step from a version to the next, in SQL; it runs in a transaction of its own. */
export type MigrationStep = Readonly<{ what: string; sql: string }>;

/** The version that a file says it has; 0 before the first step. */
export const versionOf = (database: DatabaseSync): number => {
  const statement = database.prepare("PRAGMA user_version");
  statement.setReturnArrays(true);
  return integerIn(rowOf(statement)?.[0]);
};

/** Brings a file to the version after the last step; answers the version it had. A step that fails leaves the one before. */
export function migrate(database: DatabaseSync, steps: readonly MigrationStep[]): number {
  const from = versionOf(database);
  for (const [index, { sql }] of steps.entries()) {
    if (index < from) continue;
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
  return from;
}
