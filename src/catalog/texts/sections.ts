import { type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { isJsonObject, type JsonObject, numberAt, stringAt } from "../../model/index.ts";
import { type Frame, frameAt, type ReadAt } from "./frame.ts";
import { type KeptBlock, type TextsMark, type TextsOf } from "./model.ts";

/** What stands first in a file. Another format, cluster or version of the kind: nothing in it is of use. */
export const beginningOf = ({ cluster, identity, kind: { group, version, kind } }: TextsOf): object => ({
  type: "begin",
  format: 2,
  cluster,
  identity,
  group,
  version,
  kind,
});

/** What stands before a block of so many bytes. */
export const blockHead = (bytes: number): object => ({ type: "texts", bytes });

/** What stands behind the frames of a section, and makes them count. */
export const endingOf = (mark: TextsMark, entries: number): object => ({ type: "end", ...mark, entries });

/** What was written at once: where its frames begin. */
export type Section = Readonly<{ frames: readonly number[]; mark: TextsMark; entries: number }>;

/** What counts of a file: the first section is whole, each later one says what changed since; `end` is where they end. */
export type Sections = Readonly<{ sections: readonly Section[]; end: number }>;

/** The sections that were written to their end, looked through for damage. None when the file begins otherwise. */
export async function readSections(file: FileHandle, of: TextsOf): Promise<Sections> {
  const read = readAtOf(file);
  const beginning = await frameAt(read, 0);
  if (beginning === undefined || JSON.stringify(beginning.head) !== JSON.stringify(beginningOf(of)))
    return { sections: [], end: 0 };
  const sections: Section[] = [];
  let end = beginning.end;
  let frames: number[] = [];
  for (let at = end; ;) {
    const frame = await frameAt(read, at);
    if (frame === undefined || !isJsonObject(frame.head)) return { sections, end };
    if (stringAt(frame.head, "type") === "end") {
      const mark = markIn(frame.head);
      if (mark === undefined) return { sections, end };
      sections.push({ frames, mark, entries: numberAt(frame.head, "entries") ?? 0 });
      [frames, end] = [[], frame.end];
    } else frames.push(at);
    at = frame.end;
  }
}

function markIn(head: JsonObject): TextsMark | undefined {
  const [cursor, upTo, savedAtMs] = [stringAt(head, "cursor"), stringAt(head, "upTo"), numberAt(head, "savedAtMs")];
  return cursor === undefined || upTo === undefined || savedAtMs === undefined
    ? undefined
    : { cursor, upTo, savedAtMs };
}

/** A block expands to no more than this. */
const mostBytes = 512 * 1024 * 1024;
const decompress = promisify(zstdDecompress);

/** In one piece: zlib's own pieces of 16 KB take four times as long. */
async function blockOf({ head, body }: Frame): Promise<Buffer> {
  const bytes = isJsonObject(head) ? (numberAt(head, "bytes") ?? 0) : 0;
  if (bytes < 1 || bytes > mostBytes) throw new RangeError(`a frame of ${bytes} bytes`);
  return decompress(body, { chunkSize: Math.max(bytes, 64), maxOutputLength: bytes });
}

/** The blocks of the latest section, then of those before it, a frame at a time. Fails when a frame is not there. */
export async function* keptBlocks(
  file: FileHandle,
  { sections }: Sections,
  signal: AbortSignal,
): AsyncGenerator<KeptBlock> {
  const read = readAtOf(file);
  for (const [section, { frames }] of [...sections.entries()].toReversed()) {
    for (const at of frames) {
      const frame = await frameAt(read, at);
      signal.throwIfAborted();
      if (frame === undefined) throw new RangeError("a frame that was there is gone");
      yield { section, bytes: await blockOf(frame) };
    }
  }
}

const readAtOf =
  (file: FileHandle): ReadAt =>
  async (at, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
