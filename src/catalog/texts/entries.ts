import { type TextEntry } from "./model.ts";

/** One entry as read; an empty text means that the object is gone. */
export type ReadEntry = Readonly<{ namespace: string; name: string; note: string; text: Buffer }>;

const lineEnd = 10;

/** Entries as bytes: for each a line of JSON (namespace, name, note, length of the text in bytes), then the text. */
export function encodeEntries(entries: readonly TextEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const note = entry.text === undefined ? "" : entry.note;
      const line = JSON.stringify([entry.namespace, entry.name, note, entry.text?.length ?? 0]);
      return [Buffer.from(`${line}\n`), ...(entry.text === undefined ? [] : [entry.text])];
    }),
  );
}

/** The entries in order; fails when the bytes are no such entries. */
export function* decodeEntries(bytes: Buffer): Generator<ReadEntry> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(lineEnd, at);
    const [namespace, name, note, length] = JSON.parse(bytes.toString("utf8", at, end)) as [
      string,
      string,
      string,
      number,
    ];
    at = end + 1 + length;
    if (end < 0 || at > bytes.length) throw new RangeError("an entry ends beyond its frame");
    yield { namespace, name, note, text: bytes.subarray(end + 1, at) };
  }
}
