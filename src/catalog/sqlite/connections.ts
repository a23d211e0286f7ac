import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { headerFaultOf, isNoVersion, UsageError } from "../../base/index.ts";
import { databaseFile } from "./files.ts";
import { migrate, type MigrationStep, versionOf } from "./migrate.ts";
import { DamageError } from "./row.ts";

/** One connection writes; the other reads what is committed, whatever the first is in the middle of. */
export type Connections = Readonly<{ writer: DatabaseSync; reader: DatabaseSync; close(): void }>;

/** Pages that SQLite keeps in memory, in KiB: of what is written, so much is also what one commit writes at most. */
const cacheKib = { writer: 8_192, reader: 1_024 };

/** The write-ahead log is cut to this after a checkpoint: one large transaction must not hold the disk for good. */
const walLimitBytes = 16 * 1024 * 1024;

/** Opens both, after bringing the file to the newest version. A file of a newer one is refused and left as it is. */
export function connect(folder: string, steps: readonly MigrationStep[]): Connections {
  const file = databaseFile(folder);
  if (existsSync(file)) {
    const fault = headerFaultOf(file);
    if (fault !== undefined) throw new DamageError(fault);
    refuseNewer(file, { folder, known: steps.length });
  } else createForOwner(file);
  const writer = new DatabaseSync(file, { timeout: 1_000 });
  try {
    writer.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY");
    // Copied by checkpoints.ts: here it would wait for the disk.
    writer.exec("PRAGMA wal_autocheckpoint = 0");
    writer.exec(`PRAGMA cache_size = -${cacheKib.writer}; PRAGMA journal_size_limit = ${walLimitBytes}`);
    migrate(writer, steps);
    const reader = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
    reader.exec(`PRAGMA cache_size = -${cacheKib.reader}`);
    return {
      writer,
      reader,
      close() {
        reader.close();
        writer.close();
      },
    };
  } catch (error) {
    writer.close();
    throw error;
  }
}

/**
 * What clusters hold is for their user alone, in a folder of others too. SQLite gives what it keeps beside the file the
 * file's mode.
 */
const createForOwner = (file: string): void => closeSync(openSync(file, "wx", 0o600));

/** A statement that answers rows as arrays. */
export function prepare(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

function refuseNewer(file: string, { folder, known }: Readonly<{ folder: string; known: number }>): void {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  let found: number;
  try {
    found = versionOf(database);
  } finally {
    database.close();
  }
  if (isNoVersion(found, known)) throw new DamageError(`its version is ${found}`);
  if (found <= known) return;
  throw new UsageError(
    `The catalog in ${folder} was written by a newer Heddle: it has version ${found}, this Heddle knows up to ${known}. ` +
      `It is left as it is. Start that newer Heddle, or give another folder; or move ${file} away: ` +
      `it is made again from the clusters, without the changes of the past.`,
    { code: "HEDDLE_CATALOG_NEWER", details: { folder, found, known } },
  );
}
