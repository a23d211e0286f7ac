/**
 * A text as differences from a reference, in bytes: a run of steps, each a varint of length × 2 plus 1 for a copy.
 * A copy is followed by the varint of where in the reference it begins, a literal by its own bytes.
 */
const shortestCopy = 8;
/** Positions are kept in 16 bits. */
export const longestReference = 0xffff;

/** Where each eight bytes of a reference were last seen, by their hash: position plus one, 0 for nowhere. */
export type DeltaIndex = Readonly<{ reference: Buffer; view: DataView; positions: Uint16Array; shift: number }>;

/** Costs about as much as encoding one text; takes twice to four times the reference's bytes. */
export function indexReference(reference: Buffer): DeltaIndex {
  const bits = Math.max(6, Math.ceil(Math.log2(reference.length + 1)));
  const positions = new Uint16Array(2 ** bits);
  const shift = 32 - bits;
  const view = viewOf(reference, reference.length);
  for (let at = 0; at + shortestCopy <= reference.length; at++) positions[hashAt(view, at) >>> shift] = at + 1;
  return { reference, view, positions, shift };
}

/** Reads four bytes wherever they lie: a fifth of the time that single bytes take. */
const viewOf = (bytes: Buffer, length: number): DataView => new DataView(bytes.buffer, bytes.byteOffset, length);

const hashAt = (view: DataView, at: number): number =>
  Math.imul(view.getInt32(at, true) ^ Math.imul(view.getInt32(at + 4, true), 0x85ebca6b), 0x9e3779b1);

/** Writes the first `length` bytes of `text` as differences into `out`; the answer is how many bytes they take. */
export function encodeDelta(index: DeltaIndex, text: Readonly<{ bytes: Buffer; length: number }>, out: Buffer): number {
  const { view: reference, positions, shift } = index;
  const { bytes, length } = text;
  const view = viewOf(bytes, length);
  let at = 0;
  let literalFrom = 0;
  let written = 0;
  while (at + shortestCopy <= length) {
    const from = (positions[hashAt(view, at) >>> shift] ?? 0) - 1;
    const matched = from < 0 ? 0 : matchLength(reference, from, { view, at });
    if (matched < shortestCopy) {
      at += 1;
      continue;
    }
    written = writeLiteral(out, written, { bytes, from: literalFrom, to: at });
    written = writeVarint(out, writeVarint(out, written, matched * 2 + 1), from);
    at += matched;
    literalFrom = at;
  }
  return writeLiteral(out, written, { bytes, from: literalFrom, to: length });
}

/** What `encodeDelta` may at most write for a text of so many bytes. */
export const largestDelta = (length: number): number => length + 16 + Math.ceil(length / 4);

function matchLength(
  reference: DataView,
  from: number,
  { view, at }: Readonly<{ view: DataView; at: number }>,
): number {
  const most = Math.min(reference.byteLength - from, view.byteLength - at);
  let matched = 0;
  while (matched + 4 <= most && reference.getInt32(from + matched) === view.getInt32(at + matched)) matched += 4;
  while (matched < most && reference.getUint8(from + matched) === view.getUint8(at + matched)) matched += 1;
  return matched;
}

function writeLiteral(
  out: Buffer,
  at: number,
  { bytes, from, to }: Readonly<{ bytes: Buffer; from: number; to: number }>,
): number {
  if (from === to) return at;
  let next = writeVarint(out, at, (to - from) * 2);
  for (let index = from; index < to; index++) out[next++] = bytes[index] ?? 0;
  return next;
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
