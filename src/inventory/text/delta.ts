/**
 * A text as differences from a reference, in bytes: a run of steps, each a varint of length × 2 plus 1 for a copy.
 * A copy is followed by the varint of where in the reference it begins, a literal by its own bytes.
 */
const shortestCopy = 8;
/** Positions are kept in 16 bits. */
export const longestReference = 0xffff;

/** Where each eight bytes of a reference were last seen, by their hash: position plus one, 0 for nowhere. */
export type DeltaIndex = Readonly<{ reference: Buffer; positions: Uint16Array; shift: number }>;

/** Costs about as much as encoding one text; takes twice to four times the reference's bytes. */
export function indexReference(reference: Buffer): DeltaIndex {
  const bits = Math.max(6, Math.ceil(Math.log2(reference.length + 1)));
  const positions = new Uint16Array(2 ** bits);
  const shift = 32 - bits;
  for (let at = 0; at + shortestCopy <= reference.length; at++) positions[hashAt(reference, at) >>> shift] = at + 1;
  return { reference, positions, shift };
}

const word = (bytes: Buffer, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);

const hashAt = (bytes: Buffer, at: number): number =>
  Math.imul(word(bytes, at) ^ Math.imul(word(bytes, at + 4), 0x85ebca6b), 0x9e3779b1);

/** Writes the first `length` bytes of `text` as differences into `out`; the answer is how many bytes they take. */
export function encodeDelta(index: DeltaIndex, text: Readonly<{ bytes: Buffer; length: number }>, out: Buffer): number {
  const { reference, positions, shift } = index;
  const { bytes, length } = text;
  let at = 0;
  let literalFrom = 0;
  let written = 0;
  while (at + shortestCopy <= length) {
    const from = (positions[hashAt(bytes, at) >>> shift] ?? 0) - 1;
    const matched = from < 0 ? 0 : matchLength(reference, from, { bytes, at, length });
    if (matched < shortestCopy) {
      at += 1;
      continue;
    }
    written = writeLiteral(out, written, bytes.subarray(literalFrom, at));
    written = writeVarint(out, writeVarint(out, written, matched * 2 + 1), from);
    at += matched;
    literalFrom = at;
  }
  return writeLiteral(out, written, bytes.subarray(literalFrom, length));
}

/** What `encodeDelta` may at most write for a text of so many bytes. */
export const largestDelta = (length: number): number => length + 16 + Math.ceil(length / 4);

function matchLength(
  reference: Buffer,
  from: number,
  { bytes, at, length }: Readonly<{ bytes: Buffer; at: number; length: number }>,
): number {
  const most = Math.min(reference.length - from, length - at);
  let matched = 0;
  while (matched < most && reference[from + matched] === bytes[at + matched]) matched += 1;
  return matched;
}

function writeLiteral(out: Buffer, at: number, literal: Buffer): number {
  if (literal.length === 0) return at;
  const begin = writeVarint(out, at, literal.length * 2);
  for (let index = 0; index < literal.length; index++) out[begin + index] = literal[index] ?? 0;
  return begin + literal.length;
}

function writeVarint(out: Buffer, at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest > 0x7f) {
    out[next++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[next++] = rest;
  return next;
}

/** The encoded bytes and where the text goes; `most` ends it early: only so many bytes of the text are wanted. */
export type DecodeTarget = Readonly<{ out: Buffer; at: number; most: number }>;

/** Writes the text back, at most `most` bytes of it. */
export function decodeDelta(reference: Buffer, encoded: Buffer, { out, at, most }: DecodeTarget): void {
  const end = at + most;
  let next = at;
  let read = 0;
  while (read < encoded.length && next < end) {
    let step = 0;
    let bits = 0;
    for (; ((encoded[read] ?? 0) & 0x80) !== 0; bits += 7) step |= ((encoded[read++] ?? 0) & 0x7f) << bits;
    step |= (encoded[read++] ?? 0) << bits;
    const wanted = Math.min(step >>> 1, end - next);
    if ((step & 1) === 0) {
      encoded.copy(out, next, read, read + wanted);
      read += step >>> 1;
    } else {
      let from = 0;
      for (bits = 0; ((encoded[read] ?? 0) & 0x80) !== 0; bits += 7) from |= ((encoded[read++] ?? 0) & 0x7f) << bits;
      from |= (encoded[read++] ?? 0) << bits;
      reference.copy(out, next, from, from + wanted);
    }
    next += wanted;
  }
}
