import { type DatabaseSync } from "node:sqlite";
import { type EventRecord } from "../../events/index.ts";
import { type LogLimits, type UnrecordedEvent } from "../model.ts";
import { prepare } from "./connections.ts";
import { integerIn, rowOf } from "./row.ts";
import { type State } from "./state.ts";

export type LogWriter = Readonly<{
  append(event: UnrecordedEvent): EventRecord;
  /** Removes of the oldest what is above the limits, at most `most` events. */
  trim(most: number): void;
  isAbove(): boolean;
  /** What the log holds, for the next opening; nothing when that is as it was. */
  saveState(): void;
}>;

const orNull = (value: object | undefined): string | null =>
  value === undefined || Object.keys(value).length === 0 ? null : JSON.stringify(value);

export function createLogWriter(database: DatabaseSync, state: State, limits: LogLimits): LogWriter {
  const insert = database.prepare(
    "INSERT INTO events (sequence, bytes, type, id, cluster, ref, labels, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const oldest = prepare(database, "SELECT sequence, bytes FROM events ORDER BY sequence LIMIT 1");
  const remove = database.prepare("DELETE FROM events WHERE sequence = ?");
  const save = database.prepare("UPDATE state SET last = ?, events = ?, bytes = ?");
  const { log } = state;
  let saved = JSON.stringify(log);
  const isAbove = (): boolean => log.events > limits.events || log.bytes > limits.bytes;
  return {
    append(event) {
      const sequence = log.last + 1;
      const record: EventRecord = { ...event, sequence, text: event.text(sequence) };
      const bytes = Buffer.byteLength(record.text);
      const { type, id, cluster, ref, labels, text } = record;
      insert.run(sequence, bytes, type, id, cluster, orNull(ref), orNull(labels), text);
      log.last = sequence;
      log.events += 1;
      log.bytes += bytes;
      return record;
    },
    trim(most) {
      if (!isAbove()) return;
      for (let removed = 0; removed < most && isAbove(); removed++) {
        const row = rowOf(oldest);
        if (row === undefined) {
          Object.assign(log, { events: 0, bytes: 0 });
          break;
        }
        remove.run(integerIn(row[0]));
        log.events -= 1;
        log.bytes -= integerIn(row[1]);
      }
      const first = rowOf(oldest)?.[0];
      log.first = first === undefined ? log.last + 1 : integerIn(first);
    },
    isAbove,
    saveState() {
      const now = JSON.stringify(log);
      if (now !== saved) save.run(log.last, log.events, log.bytes);
      saved = now;
    },
  };
}
