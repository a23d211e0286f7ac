import { type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { encodeEntries } from "./entries.ts";
import { encodeFrame } from "./frame.ts";
import { type TextEntry, type TextsSection } from "./model.ts";
import { endingOf, textsHead } from "./sections.ts";

/** So many bytes of texts make a frame: enough for zstd to see what repeats, little enough to be read in one go. */
const frameBytes = 512 * 1024;
const compress = promisify(zstdCompress);
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Writes a section from `at` on. Answers where it ends and its entries; undefined when it means nothing. */
export async function writeSection(
  file: FileHandle,
  at: number,
  { slices, mark }: TextsSection,
): Promise<Readonly<{ end: number; entries: number }> | undefined> {
  let end = at;
  let entries = 0;
  let waiting: TextEntry[] = [];
  let bytes = 0;
  const write = async (head: object, body: Buffer): Promise<void> => {
    const frame = encodeFrame({ head, body });
    await file.write(frame, 0, frame.length, end);
    end += frame.length;
  };
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const texts = encodeEntries(waiting);
    await write(textsHead(texts.length), await compress(texts, fast));
    [waiting, bytes] = [[], 0];
  };
  for await (const slice of slices) {
    for (const entry of slice) {
      waiting.push(entry);
      bytes += entry.text?.length ?? 0;
      entries += 1;
      if (bytes >= frameBytes) await flush();
    }
  }
  await flush();
  const marked = mark();
  if (marked === undefined) return undefined;
  await write(endingOf(marked, entries), Buffer.alloc(0));
  return { end, entries };
}
