import { type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { encodeFrame } from "./frame.ts";
import { type TextsSection } from "./model.ts";
import { endingOf, blockHead } from "./sections.ts";

const compress = promisify(zstdCompress);
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Writes a section from `at` on. Answers where it ends and its entries; undefined when it means nothing. */
export async function writeSection(
  file: FileHandle,
  at: number,
  { blocks, mark }: TextsSection,
): Promise<Readonly<{ end: number; entries: number }> | undefined> {
  let end = at;
  let entries = 0;
  const write = async (head: object, body: Buffer): Promise<void> => {
    const frame = encodeFrame({ head, body });
    await file.write(frame, 0, frame.length, end);
    end += frame.length;
  };
  for await (const block of blocks) {
    if (block.entries === 0) continue;
    await write(blockHead(block.bytes.length), await compress(block.bytes, fast));
    entries += block.entries;
  }
  const marked = mark();
  if (marked === undefined) return undefined;
  await write(endingOf(marked, entries), Buffer.alloc(0));
  return { end, entries };
}
