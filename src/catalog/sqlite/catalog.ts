import { type Catalog } from "../model.ts";
import { bytesOf } from "./files.ts";
import { type GroupCommit } from "./group-commit.ts";
import { createReading, readEvents, readObjects } from "./reading.ts";
import { type RecordFile } from "./record-file.ts";

export type SqliteCatalogParts = Readonly<{
  file: RecordFile;
  commits: GroupCommit;
  folder: string;
  /** After reading found damage. */
  repair(error: unknown): Promise<void>;
  close(): Promise<void>;
}>;

const eventsBackASlice = 500;

/** The port on an open file: changes share transactions, questions are asked of what is committed. */
export function createSqliteCatalog({ file, commits, folder, repair, close }: SqliteCatalogParts): Catalog {
  const reading = createReading({ file, folder, repair });
  const { submit } = commits;
  return {
    clusters: () => reading((reads) => reads.clusters()),
    kinds: (cluster) => reading((reads) => reads.kinds(cluster)),
    objects: (cluster, kind) => readObjects({ file, reading, folder }, cluster, kind),
    record: (batch) =>
      submit({
        begin: () => file.recorder().record(batch),
        weight: batch.objects.length + batch.events.length,
        patient: batch.events.length === 0 && batch.complete !== true,
      }),
    setCluster: (cluster) => submit({ begin: () => file.recorder().setCluster(cluster), weight: 1, urgent: true }),
    dropKind: (id, kind) => submit({ begin: () => file.recorder().dropKind(id, kind), weight: 1, urgent: true }),
    dropCluster: (id) => submit({ begin: () => file.recorder().dropCluster(id), weight: 1, urgent: true }),
    log: {
      bounds() {
        const { first, last } = file.committed().log;
        return { first, last };
      },
      read: (after, limit) => readEvents({ file, reading }, after, limit),
      readBack: (before, limit) => reading((reads) => reads.eventsBack(before, Math.min(limit, eventsBackASlice))),
    },
    stats: () => ({
      objects: file.committed().objects,
      events: file.committed().log.events,
      bytes: bytesOf(folder),
      waiting: commits.waiting(),
      renewed: file.renewed(),
      notes: file.notes(),
    }),
    [Symbol.asyncDispose]: close,
  };
}
