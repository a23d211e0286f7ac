import { addressFromBytes, addressToBytes, formatAddress, parseAddress } from "../../../model/index.ts";

/**
 * One netlink attribute (linux/netlink.h, struct nlattr): a type and its bytes, or the attributes nested in it. Numbers
 * are in the machine's byte order, which is little-endian on every machine that Heddle runs on, unless a format says else.
 */
export type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]];

const headerBytes = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are flags in the type's upper bits. */
const typeMask = 0x3fff;
export const nested = 0x8000;

/** Attributes and headers begin at multiples of four bytes. */
export const aligned = (bytes: number): number => (bytes + 3) & ~3;

/** The attributes one after another, each padded to four bytes. Throws RangeError for one of more than 65,531 bytes. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const parts = attributes.map(([type, value]) => ({
    type,
    value: value instanceof Uint8Array ? value : encodeAttributes(value),
  }));
  const bytes = new Uint8Array(parts.reduce((sum, { value }) => sum + aligned(headerBytes + value.length), 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { type, value } of parts) {
    const length = headerBytes + value.length;
    if (length > 0xffff) throw new RangeError(`a netlink attribute holds 65531 bytes, not ${value.length}`);
    view.setUint16(offset, length, true);
    view.setUint16(offset + 2, type, true);
    bytes.set(value, offset + headerBytes);
    offset += aligned(length);
  }
  return bytes;
}

/**
 * The attributes in `bytes` by type, in the order of the kernel's; of one that comes several times the last. Reading
 * ends at the first that does not fit: what a newer kernel appends must not make the rest unreadable.
 */
export function decodeAttributes(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  return new Map(listAttributes(bytes));
}

/** The same, each as often as it comes: the elements of a list. */
export function listAttributes(bytes: Uint8Array): readonly (readonly [number, Uint8Array])[] {
  const view = viewOf(bytes);
  const found: (readonly [number, Uint8Array])[] = [];
  for (let offset = 0; offset + headerBytes <= bytes.length;) {
    const length = view.getUint16(offset, true);
    if (length < headerBytes || offset + length > bytes.length) break;
    found.push([view.getUint16(offset + 2, true) & typeMask, bytes.subarray(offset + headerBytes, offset + length)]);
    offset += aligned(length);
  }
  return found;
}

/** A format's own header and what follows it, as one value. */
export function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(aligned(head.length) + tail.length);
  bytes.set(head);
  bytes.set(tail, aligned(head.length));
  return bytes;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const u8 = (value: number): Uint8Array => Uint8Array.of(value);

export const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, (value >> 8) & 0xff);

/** Big-endian: ports and protocols of the network. */
export const be16 = (value: number): Uint8Array => Uint8Array.of((value >> 8) & 0xff, value & 0xff);

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value >>> 0, true);
  return bytes;
}

export function be32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value >>> 0, false);
  return bytes;
}

export function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, value, true);
  return bytes;
}

export const numberOf = (bytes: Uint8Array | undefined): number | undefined => {
  if (bytes === undefined) return undefined;
  if (bytes.length === 1) return bytes[0];
  const view = viewOf(bytes);
  if (bytes.length === 2) return view.getUint16(0, true);
  return bytes.length >= 4 ? view.getUint32(0, true) : undefined;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** With the zero byte at its end that the kernel's names and kinds have. */
export const text = (value: string): Uint8Array => encoder.encode(`${value}\0`);

export function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** "0a:58:0a:f4:01:0a" as six bytes. Throws RangeError for any other text. */
export function mac(value: string): Uint8Array {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value)) throw new RangeError(`"${value}" is no MAC address`);
  return Uint8Array.from(value.split(":"), (part) => Number.parseInt(part, 16));
}

export const macOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined || bytes.length !== 6
    ? undefined
    : Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");

/** An address's bytes in network order. Throws RangeError for a text that is no address. */
export function address(value: string): Uint8Array {
  const parsed = parseAddress(value);
  if (parsed === undefined) throw new RangeError(`"${value}" is no address`);
  return addressToBytes(parsed);
}

/** The canonical text of 4 or 16 bytes. */
export function addressOf(bytes: Uint8Array | undefined): string | undefined {
  const found = bytes === undefined ? undefined : addressFromBytes(bytes);
  return found === undefined ? undefined : formatAddress(found);
}
