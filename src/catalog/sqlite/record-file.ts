import { messageOf } from "../../base/index.ts";
import { type CatalogDeps, type LogLimits } from "../model.ts";
import { firstSequenceAfter } from "../sequence.ts";
import { connect, type Connections, prepare } from "./connections.ts";
import { failureKindOf } from "./failure.ts";
import { databaseFile, setAside } from "./files.ts";
import { createReads, type Reads } from "./reads.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { DamageError, integerIn, rowOf } from "./row.ts";
import { schema } from "./schema.ts";
import { type LogState } from "./state.ts";

/** What is committed, as numbers. */
export type Committed = Readonly<{ objects: number; log: Readonly<LogState> }>;

/** The file as it is open now: begun anew when it is damaged, opened again when it could not be. */
export type RecordFile = Readonly<{
  /** Opens the file if it is not. Fails as SQLite does. */
  recorder(): Recorder;
  reads(): Reads;
  begin(): void;
  commit(): void;
  /** Undoes the transaction and forgets what was not committed. Never throws. */
  rollback(): void;
  /**
   * Sets the file aside and begins anew. Never throws: it is tried again by the next that asks for the file. Nobody else
   * may have the file open.
   */
  renew(cause: unknown): void;
  committed(): Committed;
  renewed(): number;
  notes(): readonly string[];
  close(): void;
}>;

type Opened = Readonly<{ connections: Connections; recorder: Recorder; reads: Reads }>;

export type RecordFileOptions = Readonly<{ folder: string; limits: LogLimits }>;

/** So many notes are kept. */
const keptNotes = 20;

/** Up to this a file is looked through here and now, which takes a few milliseconds; a larger one beside. */
export const checkedAtOnceBytes = 1024 * 1024;

export function createRecordFile({ clock, log }: CatalogDeps, { folder, limits }: RecordFileOptions): RecordFile {
  let opened: Opened | undefined;
  let committed: Committed = { objects: 0, log: { first: 1, last: 0, events: 0, bytes: 0 } };
  let renewed = 0;
  const notes: string[] = [];

  const note = (sentence: string): void => {
    notes.push(sentence);
    notes.splice(0, notes.length - keptNotes);
    log.warn({ folder }, sentence);
  };
  const take = (connections: Connections): Opened => {
    try {
      const base = firstSequenceAfter(clock.nowMs(), committed.log.last);
      const recorder = createRecorder(connections.writer, { base, limits });
      opened = { connections, recorder, reads: createReads(connections.reader) };
      remember(recorder);
      return opened;
    } catch (error) {
      salvage(connections);
      connections.close();
      throw error;
    }
  };
  const remember = ({ state }: Recorder): void => {
    committed = { objects: state.objects, log: { ...state.log } };
  };
  /** What was the newest sequence of a file that is damaged, if that can still be read. */
  const salvage = ({ writer }: Connections): void => {
    try {
      const last = integerIn(rowOf(prepare(writer, "SELECT last FROM state"))?.[0]);
      committed = { ...committed, log: { ...committed.log, last: Math.max(last, committed.log.last) } };
    } catch {
      // Then the clock tells where to begin.
    }
  };
  const open = (): Opened => {
    try {
      const connections = connect(folder, schema);
      try {
        check(connections);
      } catch (error) {
        salvage(connections);
        connections.close();
        throw error;
      }
      return take(connections);
    } catch (error) {
      if (failureKindOf(error) !== "damaged") throw error;
      putAside(error);
      return take(connect(folder, schema));
    }
  };
  const putAside = (cause: unknown): void => {
    const name = setAside(folder, clock.nowMs());
    renewed += 1;
    note(
      `The catalog ${databaseFile(folder)} was damaged (${oneLine(messageOf(cause))}). It is set aside as ${name}, and a new one ` +
        `is begun: the changes of the past are lost, what the clusters hold is recorded anew.`,
    );
  };
  const use = (): Opened => opened ?? open();
  return {
    recorder: () => use().recorder,
    reads: () => use().reads,
    begin: () => use().connections.writer.exec("BEGIN IMMEDIATE"),
    commit() {
      const { recorder, connections } = use();
      recorder.finish();
      connections.writer.exec("COMMIT");
      remember(recorder);
    },
    rollback() {
      const before = opened;
      opened = undefined;
      try {
        if (before === undefined) return;
        if (before.connections.writer.isTransaction) before.connections.writer.exec("ROLLBACK");
        take(before.connections);
      } catch (error) {
        log.debug({ folder, error: messageOf(error) }, "The catalog is opened again when it is next asked for.");
        closeQuietly(before);
      }
    },
    renew(cause) {
      const before = opened;
      opened = undefined;
      closeQuietly(before);
      try {
        putAside(cause);
        open();
      } catch (error) {
        log.error({ folder, error: messageOf(error) }, "The catalog cannot be begun anew; it is tried again.");
      }
    },
    committed: () => committed,
    renewed: () => renewed,
    notes: () => [...notes],
    close() {
      closeQuietly(opened);
      opened = undefined;
    },
  };
}

/** What quick_check finds begins with a line that names the database, and goes on in lines. */
const oneLine = (text: string): string => text.replace(/^\*\*\*.*\*\*\*\n/, "").replaceAll(/\s+/g, " ");

function closeQuietly(opened: Opened | undefined): void {
  try {
    opened?.connections.close();
  } catch {
    // Closed already, or beyond closing: its descriptors end with the process.
  }
}

function check({ reader }: Connections): void {
  const pages = integerIn(rowOf(prepare(reader, "PRAGMA page_count"))?.[0]);
  const pageBytes = integerIn(rowOf(prepare(reader, "PRAGMA page_size"))?.[0]);
  if (pages * pageBytes > checkedAtOnceBytes) return;
  const found = rowOf(prepare(reader, "PRAGMA quick_check(1)"))?.[0];
  if (found !== "ok") throw new DamageError(String(found));
}
