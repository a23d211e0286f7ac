/** The little of ASN.1's distinguished encoding (X.690) that a certificate needs. */
export type Der = Buffer;

const value = (tag: number, ...contents: readonly Uint8Array[]): Der => {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
};

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = bigEndian(BigInt(length));
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}

function bigEndian(number: bigint): Buffer {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

export const sequence = (...items: readonly Der[]): Der => value(0x30, ...items);
export const set = (...items: readonly Der[]): Der => value(0x31, ...items);
export const utf8 = (text: string): Der => value(0x0c, Buffer.from(text));
export const octets = (bytes: Uint8Array): Der => value(0x04, bytes);
export const bits = (bytes: Uint8Array, unused = 0): Der => value(0x03, Buffer.of(unused), bytes);
export const truth = (yes: boolean): Der => value(0x01, Buffer.of(yes ? 0xff : 0));

/** A constructed, context-specific [number]. */
export const tagged = (number: number, ...items: readonly Der[]): Der => value(0xa0 | number, ...items);
/** A primitive, context-specific [number]. */
export const taggedBytes = (number: number, bytes: Uint8Array): Der => value(0x80 | number, bytes);

export function integer(number: bigint): Der {
  const bytes = bigEndian(number);
  return value(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** An object identifier from its dotted text. */
export function identifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(number: number): number[] {
  const digits = [number & 0x7f];
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
    digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5). */
export function time(date: Date): Der {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050 ? value(0x17, Buffer.from(digits.slice(2))) : value(0x18, Buffer.from(digits));
}
