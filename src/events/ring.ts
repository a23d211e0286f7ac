import { createCoolTexts } from "./cool-texts.ts";
import { type EventRecord } from "./model.ts";

/** How much is held: whichever limit is met first. At least the newest event is. */
export type RingCapacity = Readonly<{ events: number; bytes: number }>;

/** The newest events, in order of their sequences. */
export type Ring = Readonly<{
  add(record: EventRecord): void;
  /** At most `limit` events after the sequence, oldest first. */
  after(sequence: number, limit: number): readonly EventRecord[];
  /** The sequence before the first event that was ever added; undefined when that is not known yet. */
  startedAfter(): number | undefined;
  /** Events after this sequence are all held, those up to it are not. */
  heldAfter(): number | undefined;
  /** Of the newest event that was ever added. */
  last(): number | undefined;
  size(): number;
  bytes(): number;
}>;

/** Of what a record is besides its text, roughly. */
const overheadBytes = 400;

/** So many of the newest are read by all who keep up: their texts stay as they came. */
const warmRecords = 256;

type Held = { record: EventRecord; readonly bytes: number };

/** `startsAfter`: the sequence before the first that will be added, where it is known. */
export function createRing(capacity: RingCapacity, startsAfter?: number): Ring {
  const coolText = createCoolTexts();
  let records: (Held | undefined)[] = [];
  /** Those before are dropped: an array that loses its first element each time would be copied each time. */
  let head = 0;
  let bytes = 0;
  let startedAfter = startsAfter;
  let heldAfter = startsAfter;
  let last = startsAfter;

  const size = (): number => records.length - head;
  const dropOldest = (): void => {
    const oldest = records[head];
    if (oldest === undefined) return;
    bytes -= oldest.bytes;
    heldAfter = oldest.record.sequence;
    records[head] = undefined;
    head += 1;
    if (head * 2 < records.length) return;
    records = records.slice(head);
    head = 0;
  };
  const cool = (held: Held): void => {
    const read = coolText(held.record.text);
    held.record = {
      ...held.record,
      get text() {
        return read();
      },
    };
  };
  /** The index of the first record behind the sequence. */
  const indexAfter = (sequence: number): number => {
    let [low, high] = [head, records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((records[middle]?.record.sequence ?? Infinity) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add(record) {
      startedAfter ??= record.sequence - 1;
      heldAfter ??= startedAfter;
      last = record.sequence;
      const held = { record, bytes: record.text.length + overheadBytes };
      records.push(held);
      bytes += held.bytes;
      const cooling = records[records.length - 1 - warmRecords];
      if (cooling !== undefined) cool(cooling);
      while (size() > 1 && (size() > capacity.events || bytes > capacity.bytes)) dropOldest();
    },
    after(sequence, limit) {
      const from = indexAfter(sequence);
      return records.slice(from, from + limit).flatMap((held) => held?.record ?? []);
    },
    startedAfter: () => startedAfter,
    heldAfter: () => heldAfter,
    last: () => last,
    size,
    bytes: () => bytes,
  };
}
