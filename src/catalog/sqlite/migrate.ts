import { type DatabaseSync } from "node:sqlite";
import { contradictsSchema, messageOf } from "../../base/index.ts";
import { DamageError, integerIn, rowOf } from "./row.ts";

/** One step from a version to the next, in SQL; it runs in a transaction of its own. */
export type MigrationStep = Readonly<{ what: string; sql: string }>;

/** The version that a file says it has; 0 before the first step. */
export const versionOf = (database: DatabaseSync): number => {
  const statement = database.prepare("PRAGMA user_version");
  statement.setReturnArrays(true);
  return integerIn(rowOf(statement)?.[0]);
};

/**
 * Brings a file to the version after the last step; answers the version it had. A step that fails leaves the one before.
 * A file that is not of the version that it says it has is damaged.
 */
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
      if (!contradictsSchema(error)) throw error;
      throw new DamageError(`it is not of version ${index}, as it says: ${messageOf(error)}`, { cause: error });
    }
  }
  return from;
}
