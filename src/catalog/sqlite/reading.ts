import { HeddleError, isHeddleError, messageOf } from "../../base/index.ts";
import { type EventRecord } from "../../events/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { type RecordedKind, type RecordedObject } from "../model.ts";
import { nextTurn } from "../turn.ts";
import { failureKindOf } from "./failure.ts";
import { type Reads } from "./reads.ts";
import { type RecordFile } from "./record-file.ts";

const rowsASlice = 1_000;
const eventsASlice = 200;

/** Asks the file, at once; when it is found damaged, asks the one that is begun in its place. */
export type Reading = <T>(read: (reads: Reads) => T) => Promise<T>;

type ReadingParts = Readonly<{ file: RecordFile; folder: string; repair(error: unknown): Promise<void> }>;

export const createReading =
  ({ file, folder, repair }: ReadingParts): Reading =>
  async (read) => {
    try {
      return read(file.reads());
    } catch (error) {
      if (failureKindOf(error) !== "damaged") throw readFailure(error, folder);
      await repair(error);
      return read(file.reads());
    }
  };

type FileParts = Readonly<{ file: RecordFile; reading: Reading }>;

/** Fails with HEDDLE_CATALOG_RENEWED when the file was begun anew meanwhile: what was told is not all there was. */
export async function* readObjects(
  { file, reading, folder }: FileParts & Readonly<{ folder: string }>,
  cluster: ClusterId,
  kind: Pick<RecordedKind, "group" | "kind">,
): AsyncGenerator<readonly RecordedObject[], void, undefined> {
  const renewed = file.renewed();
  const number = await reading((reads) => reads.kindNumber(cluster, kind));
  if (file.renewed() !== renewed) throw renewedError(folder);
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

/** The first slice is of this very moment; where the log is trimmed behind it, there the answer ends. */
export async function readEvents(
  { file, reading }: FileParts,
  after: number,
  limit: number,
): Promise<readonly EventRecord[]> {
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
