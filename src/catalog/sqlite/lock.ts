import { truncateSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UsageError } from "../../base/index.ts";
import { failureKindOf, isBusy } from "./failure.ts";
import { versionOf } from "./migrate.ts";

/** Held until it is disposed of, or its process ends in whatever way. */
export type FolderLock = Disposable;

const attempts = 5;

/**
 * Takes a folder for this process, or fails with HEDDLE_CATALOG_LOCKED naming the one that holds it. The lock is the
 * write transaction of an own, empty SQLite file: the kernel drops its lock with the process. The pid stands in that
 * file's user_version, which others can read meanwhile; it is written before the lock is taken for good, so that a
 * holder's pid is always there.
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, "catalog.lock");
  try {
    return lockFile(file, folder);
  } catch (error) {
    if (failureKindOf(error) !== "damaged") throw error;
    // There is nothing in it to lose. The same file is made empty: another one in its place would be another lock.
    truncateSync(file, 0);
    return lockFile(file, folder);
  }
}

function lockFile(file: string, folder: string): FolderLock {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Nothing in it must survive: no journal, no waiting for the disk.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (take(database)) return releaseOf(database);
    }
    throw lockedError(folder, versionOf(database));
  } catch (error) {
    database.close();
    throw error;
  }
}

const releaseOf = (database: DatabaseSync): FolderLock => ({
  [Symbol.dispose]() {
    if (database.isOpen) database.close();
  },
});

/** False when another holds it, or came between the writing of the pid and the taking. */
function take(database: DatabaseSync): boolean {
  try {
    if (versionOf(database) !== process.pid) {
      database.exec("BEGIN IMMEDIATE");
      database.exec(`PRAGMA user_version = ${process.pid}; COMMIT`);
    }
    database.exec("BEGIN IMMEDIATE");
    if (versionOf(database) === process.pid) return true;
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
  if (database.isTransaction) database.exec("ROLLBACK");
  return false;
}

const lockedError = (folder: string, pid: number): UsageError =>
  new UsageError(
    `The folder ${folder} is in use by ${pid === process.pid ? "this process itself" : `process ${pid}`}: ` +
      `one process a folder. End that one first, or give another folder.`,
    { code: "HEDDLE_CATALOG_LOCKED", details: { folder, pid } },
  );
