import { decodeDelta, encodeDelta, largestDelta } from "./delta.ts";
import { type DeltaIndexes, type Reference, type References } from "./references.ts";
import { type Scratch } from "./scratch.ts";

/** What is to be kept of a text: all of it, or what tells it from `reference`. `bytes` last until the next call. */
export type Encoded = Readonly<{ reference: Reference | undefined; bytes: Buffer; size: number }>;

export type EncoderDeps = Readonly<{ references: References; indexes: DeltaIndexes; scratch: Scratch }>;

/** Encodes the first `length` bytes of a text. Texts of one family resemble each other. */
export type TextEncoder = (family: string, bytes: Buffer, length: number) => Encoded;

/** A reference of texts that were encoded elsewhere. */
export type SharedReference = Readonly<{ key: string; bytes: Buffer }>;

/** A text that was encoded elsewhere, its note behind it: whole, or as what tells it from `reference`. */
export type EncodedText = Readonly<{
  bytes: Buffer;
  jsonSize: number;
  textSize: number;
  reference: SharedReference | undefined;
}>;

/** The JSON of it. */
export function jsonOf({ bytes, jsonSize, reference }: EncodedText): string {
  if (reference === undefined) return bytes.toString("utf8", 0, jsonSize);
  const out = Buffer.allocUnsafe(jsonSize);
  decodeDelta(reference.bytes, bytes, { out, at: 0, most: jsonSize });
  return out.toString();
}

/** Objects that are told by a reference in more than this share of their text make a reference of their own. */
const poorShare = 0.5;

export function createTextEncoder({ references, indexes, scratch }: EncoderDeps): TextEncoder {
  return (family, bytes, length) => {
    const out = scratch.encoded(largestDelta(length));
    const near = references.nearest(family);
    const size = near === undefined ? Infinity : encodeDelta(indexes.of(near), { bytes, length }, out);
    if (size > length * poorShare) {
      const made = references.add(family, { bytes, length });
      if (made !== undefined)
        return { reference: made, bytes: out, size: encodeDelta(indexes.of(made), { bytes, length }, out) };
    }
    return size < length ? { reference: near, bytes: out, size } : { reference: undefined, bytes, size: length };
  };
}
