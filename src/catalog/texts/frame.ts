import { crc32 } from "node:zlib";

/** A piece of a file: a few facts, and bytes. */
export type Frame = Readonly<{ head: unknown; body: Buffer }>;

const prefixBytes = 16;
const magic = 0x31585448;
/** Of what is written nothing comes near: lengths beyond are damage, and must not be allocated. */
const longestHead = 64 * 1024;
const longestBody = 256 * 1024 * 1024;

/** The frame as it is written: "HTX1", the lengths of head (JSON) and body, their CRC-32, then both. */
export function encodeFrame({ head, body }: Frame): Buffer {
  const facts = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32LE(magic, 0);
  prefix.writeUInt32LE(facts.length, 4);
  prefix.writeUInt32LE(body.length, 8);
  prefix.writeUInt32LE(checksum(facts, body), 12);
  return Buffer.concat([prefix, facts, body]);
}

/** Reads bytes of a file; fewer at its end. */
export type ReadAt = (at: number, length: number) => Promise<Buffer>;

/** The frame that begins there, and where it ends. Undefined when there is no whole and sound one. */
export async function frameAt(read: ReadAt, at: number): Promise<(Frame & Readonly<{ end: number }>) | undefined> {
  const prefix = await read(at, prefixBytes);
  if (prefix.length < prefixBytes || prefix.readUInt32LE(0) !== magic) return undefined;
  const [headBytes, bodyBytes] = [prefix.readUInt32LE(4), prefix.readUInt32LE(8)];
  if (headBytes > longestHead || bodyBytes > longestBody) return undefined;
  const content = await read(at + prefixBytes, headBytes + bodyBytes);
  if (content.length < headBytes + bodyBytes) return undefined;
  const [facts, body] = [content.subarray(0, headBytes), content.subarray(headBytes)];
  if (checksum(facts, body) !== prefix.readUInt32LE(12)) return undefined;
  return { head: JSON.parse(facts.toString()), body, end: at + prefixBytes + content.length };
}

const checksum = (facts: Buffer, body: Buffer): number => crc32(body, crc32(facts));
