import { accessSync, constants, mkdirSync } from "node:fs";
import {
  type Clock,
  type HeddleError,
  isHeddleError,
  messageOf,
  sqliteCodeOf,
  toHeddleError,
  UsageError,
} from "../../base/index.ts";
import { type Catalog, type CatalogDeps, type CatalogOptions, defaultLogLimits } from "../model.ts";
import { type Aide, createAide } from "./aide.ts";
import { createSqliteCatalog } from "./catalog.ts";
import { type Checkpoints, createCheckpoints } from "./checkpoints.ts";
import { failureKindOf, recordFailure } from "./failure.ts";
import { bytesOf, databaseFile, walBytesOf } from "./files.ts";
import { createGroupCommit, inOneStep, type Recovery, type Task, type TransactionHost } from "./group-commit.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { checkedAtOnceBytes, createRecordFile, type RecordFile } from "./record-file.ts";
import { DamageError } from "./row.ts";

/**
 * The durable catalog in a folder, which it makes and holds for this process alone.
 *
 * Fails with HEDDLE_CATALOG_LOCKED (another process holds the folder), _NEWER (a newer Heddle wrote it),
 * _FOLDER_UNUSABLE (it cannot be made or written), _WRITE_FAILED (the disk is full). A damaged file is no failure: it is
 * set aside, and `stats().notes` tells.
 */
export async function openCatalog(deps: CatalogDeps, options: CatalogOptions): Promise<Catalog> {
  const { folder, limits = defaultLogLimits, commitEveryMs = 20 } = options;
  const { clock, log } = deps;
  await using undo = new AsyncDisposableStack();
  try {
    undo.use(takeFolder(folder));
    const file = undo.adopt(createRecordFile(deps, { folder, limits }), (it) => it.close());
    const aide = undo.use(createAide(databaseFile(folder)));
    file.reads();
    const unfinished = await checkBeside({ file, aide, clock, folder });
    const damaged = (error: unknown): void => void repair(error);
    const checkpoints = createCheckpoints({ aide, clock, log, walBytes: () => walBytesOf(folder), damaged });
    const host = createHost({ file, aide, checkpoints, folder });
    const commits = createGroupCommit({ clock, host }, { commitEveryMs, enough: 500, sliceMs: 8 });
    const repair = (damage: unknown): Promise<void> => commits.submit(failingOnce(damage)).catch(() => {});
    await commits.submit({ begin: () => file.recorder().dropIncomplete(), weight: 0, urgent: true });
    void unfinished?.found.then((error) => error && repair(error));
    const opened = undo.move();
    const close = async (): Promise<void> => {
      await commits.close();
      // What is left is copied beside too.
      if (walBytesOf(folder) > checkedAtOnceBytes) await aide.restart().catch(() => {});
      await opened.disposeAsync();
    };
    return createSqliteCatalog({ file, commits, folder, repair, close });
  } catch (error) {
    throw openFailure(error, folder);
  }
}

/** A task that fails as the one who found damage did, once: so the repair takes its turn among the transactions. */
function failingOnce(error: unknown): Task<void> {
  let failed = false;
  const fail = (): void => {
    if (failed) return;
    failed = true;
    throw error;
  };
  return { begin: () => inOneStep(fail), weight: 0, urgent: true };
}

/** For so long opening waits until the file has been looked through. */
const checkMs = 1_000;

type CheckParts = Readonly<{ file: RecordFile; aide: Aide; clock: Clock; folder: string }>;

/** Renews a file that is found damaged in time; else answers what will be found. */
async function checkBeside(
  parts: CheckParts,
): Promise<Readonly<{ found: Promise<DamageError | undefined> }> | undefined> {
  const { file, aide, clock, folder } = parts;
  if (file.renewed() > 0 || bytesOf(folder) <= checkedAtOnceBytes) return undefined;
  const checking = aide.check().then(
    (found) => (found === undefined ? undefined : new DamageError(found)),
    (error: unknown) => (failureKindOf(error) === "damaged" ? new DamageError(messageOf(error)) : undefined),
  );
  const stop = new AbortController();
  const late = clock.sleep(checkMs, stop.signal).then(
    () => "late",
    () => "late",
  );
  const found = await Promise.race([checking, late]);
  stop.abort();
  if (found === "late") return { found: checking };
  if (found instanceof DamageError) file.renew(found);
  return undefined;
}

type HostParts = Readonly<{ file: RecordFile; aide: Aide; checkpoints: Checkpoints; folder: string }>;

function createHost({ file, aide, checkpoints, folder }: HostParts): TransactionHost {
  return {
    rest: checkpoints.rest,
    begin: file.begin,
    commit: file.commit,
    tidy: () => file.recorder().tidy(),
    async recover(error): Promise<Recovery> {
      const failure = recordFailure(error, folder);
      const kind = failureKindOf(error);
      if (kind !== "damaged") file.rollback();
      else {
        await aide.idle();
        file.renew(error);
      }
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
  if (failureKindOf(error) === "other") return toHeddleError(error);
  if (passingResults.has((sqliteCodeOf(error) ?? 0) & 0xff)) return recordFailure(error, folder);
  return new UsageError(
    `The folder ${folder} cannot hold the catalog: ${messageOf(error)}. It must be a folder that this user may write; ` +
      `make it so, or give another.`,
    { code: "HEDDLE_CATALOG_FOLDER_UNUSABLE", cause: error, details: { folder } },
  );
}
