import { accessSync, constants, mkdirSync } from "node:fs";
import { HeddleError, isHeddleError, messageOf, UsageError } from "../../base/index.ts";
import { type ClusterId } from "../../model/index.ts";
import {
  type Catalog,
  type CatalogDeps,
  type CatalogOptions,
  defaultLogLimits,
  type RecordedKind,
  type RecordedObject,
} from "../model.ts";
import { nextTurn } from "../turn.ts";
import { failureKindOf, recordFailure, sqliteCodeOf } from "./failure.ts";
import { bytesOf } from "./files.ts";
import { createGroupCommit, type GroupCommit, inOneStep, type Recovery, type TransactionHost } from "./group-commit.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { createRecordFile, type RecordFile } from "./record-file.ts";
import { type Reads } from "./reads.ts";

const rowsASlice = 1_000;
const eventsASlice = 200;

/**
 * The durable catalog in a folder, which it makes and holds for this process alone.
 *
 * Fails with HEDDLE_CATALOG_LOCKED (another process holds the folder), _NEWER (a newer Heddle wrote it),
 * _FOLDER_UNUSABLE (it cannot be made or written), _WRITE_FAILED (the disk is full). A damaged file is no failure: it is
 * set aside, and `stats().notes` tells.
 */
export async function openCatalog(deps: CatalogDeps, options: CatalogOptions): Promise<Catalog> {
  const { folder, limits = defaultLogLimits, commitEveryMs = 50 } = options;
  const lock = takeFolder(folder);
  const file = createRecordFile(deps, { folder, limits });
  try {
    file.reads();
    const host = createHost(file, folder);
    const commits = createGroupCommit({ clock: deps.clock, host }, { commitEveryMs, enough: 500, sliceMs: 8 });
    await commits.submit({ begin: () => file.recorder().dropIncomplete(), weight: 0, urgent: true });
    return createSqliteCatalog({ file, commits, lock, folder });
  } catch (error) {
    file.close();
    lock[Symbol.dispose]();
    throw openFailure(error, folder);
  }
}

type Parts = Readonly<{ file: RecordFile; commits: GroupCommit; lock: FolderLock; folder: string }>;

function createSqliteCatalog({ file, commits, lock, folder }: Parts): Catalog {
  const { reading, objects } = createReading(file, commits, folder);
  const { submit } = commits;
  return {
    clusters: () => reading((reads) => reads.clusters()),
    kinds: (cluster) => reading((reads) => reads.kinds(cluster)),
    objects,
    record: (batch) =>
      submit({ begin: () => file.recorder().record(batch), weight: batch.objects.length + batch.events.length }),
    setCluster: (cluster) => submit({ begin: () => file.recorder().setCluster(cluster), weight: 1, urgent: true }),
    dropKind: (id, kind) => submit({ begin: () => file.recorder().dropKind(id, kind), weight: 1, urgent: true }),
    dropCluster: (id) => submit({ begin: () => file.recorder().dropCluster(id), weight: 1, urgent: true }),
    log: {
      bounds() {
        const { first, last } = file.committed().log;
        return { first, last };
      },
      async read(after, limit) {
        const records = [...(await reading((reads) => reads.events(after, Math.min(limit, eventsASlice))))];
        while (records.length > 0 && records.length < limit) {
          await nextTurn();
          const from = records.at(-1)?.sequence ?? after;
          if (file.committed().log.first > from + 1) break;
          const more = await reading((reads) => reads.events(from, Math.min(limit - records.length, eventsASlice)));
          if (more.length === 0) break;
          records.push(...more);
        }
        return records;
      },
    },
    stats: () => ({
      objects: file.committed().objects,
      events: file.committed().log.events,
      bytes: bytesOf(folder),
      waiting: commits.waiting(),
      renewed: file.renewed(),
      notes: file.notes(),
    }),
    async [Symbol.asyncDispose]() {
      await commits.close();
      file.close();
      lock[Symbol.dispose]();
    },
  };
}

/** Reading finds damage too: then the file is begun anew, in its turn among what is written. */
function createReading(file: RecordFile, commits: GroupCommit, folder: string) {
  const renewFor = async (error: unknown): Promise<void> => {
    let first = true;
    const fail = (): void => {
      if (first) {
        first = false;
        throw error;
      }
    };
    await commits.submit({ begin: () => inOneStep(fail), weight: 0, urgent: true });
  };
  const reading = async <T>(read: (reads: Reads) => T): Promise<T> => {
    try {
      return read(file.reads());
    } catch (error) {
      if (failureKindOf(error) !== "damaged") throw readFailure(error, folder);
      await renewFor(error);
      return read(file.reads());
    }
  };
  async function* objects(
    cluster: ClusterId,
    kind: Pick<RecordedKind, "group" | "kind">,
  ): AsyncGenerator<readonly RecordedObject[]> {
    const renewed = file.renewed();
    const number = await reading((reads) => reads.kindNumber(cluster, kind));
    if (number === undefined) return;
    for (let after: RecordedObject | undefined; ; await nextTurn()) {
      const slice = await reading((reads) =>
        reads.kindNumber(cluster, kind) === number ? reads.objects(number, after, rowsASlice) : [],
      );
      if (file.renewed() !== renewed) throw renewedError(folder);
      if (slice.length === 0) return;
      yield slice;
      after = slice.at(-1);
    }
  }
  return { reading, objects };
}

function createHost(file: RecordFile, folder: string): TransactionHost {
  return {
    begin: file.begin,
    commit: file.commit,
    tidy: () => file.recorder().tidy(),
    recover(error): Recovery {
      const failure = recordFailure(error, folder);
      const kind = failureKindOf(error);
      if (kind === "damaged") file.renew(error);
      else file.rollback();
      return { next: kind === "damaged" ? "again" : kind === "storage" ? "fail" : "each", error: failure };
    },
  };
}

function takeFolder(folder: string): FolderLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return lockFolder(folder);
  } catch (error) {
    throw openFailure(error, folder);
  }
}

/** SQLite's "the disk is full" and "an input or output failed": the folder itself may be right. */
const passingResults: ReadonlySet<number> = new Set([10, 13]);

function openFailure(error: unknown, folder: string): HeddleError {
  if (isHeddleError(error)) return error;
  const passing = passingResults.has((sqliteCodeOf(error) ?? 0) & 0xff);
  if (passing || failureKindOf(error) === "other") return recordFailure(error, folder);
  return new UsageError(
    `The folder ${folder} cannot hold the catalog: ${messageOf(error)}. It must be a folder that this user may write; ` +
      `make it so, or give another.`,
    { code: "HEDDLE_CATALOG_FOLDER_UNUSABLE", cause: error, details: { folder } },
  );
}

const readFailure = (error: unknown, folder: string): HeddleError =>
  isHeddleError(error)
    ? error
    : new HeddleError(`The catalog in ${folder} cannot be read: ${messageOf(error)}.`, {
        code: "HEDDLE_CATALOG_READ_FAILED",
        retryable: true,
        cause: error,
        details: { folder },
      });

const renewedError = (folder: string): HeddleError =>
  new HeddleError(`The catalog in ${folder} was damaged and is begun anew: ask again.`, {
    code: "HEDDLE_CATALOG_RENEWED",
    retryable: true,
    details: { folder },
  });
