import { isIP } from "node:net";

/** The version of the Internet Protocol. */
export type IpFamily = 4 | 6;

/** One address as a number: comparing, counting and masking need no text. `value` fits the family's bits. */
export type IpAddress = Readonly<{ family: IpFamily; value: bigint }>;

/** How many bits an address of the family has. */
export const familyBits = (family: IpFamily): number => (family === 4 ? 32 : 128);

/**
 * The address that a text in any of its written forms means (RFC 4291, 2.2); undefined when it means none. A zone
 * ("fe80::1%eth0") and an IPv4 number with leading zeros are none: what they mean depends on who reads them.
 */
export function parseAddress(text: string): IpAddress | undefined {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 4) return { family, value: octetsOf(text) };
  return family === 6 ? { family, value: groupsOf(text) } : undefined;
}

const octetsOf = (text: string): bigint => BigInt(text.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0));

function groupsOf(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const left = wordsOf(head);
  const right = tail === undefined ? [] : wordsOf(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0n);
  return [...left, ...zeros, ...right].reduce((sum, word) => (sum << 16n) | word, 0n);
}

/** The 16-bit words of one side of "::"; IPv4's dotted form at the end is two of them. */
const wordsOf = (text: string): readonly bigint[] =>
  text === ""
    ? []
    : text.split(":").flatMap((part) => {
        if (!part.includes(".")) return [BigInt(`0x${part}`)];
        const value = octetsOf(part);
        return [value >> 16n, value & 0xffffn];
      });

/** The canonical text: dotted for IPv4, RFC 5952 for IPv6. Equal addresses have equal texts. */
export function formatAddress({ family, value }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  if (value >> 32n === 0xffffn) return `::ffff:${formatAddress({ family: 4, value: value & 0xffffffffn })}`;
  const words = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - index * 16)) & 0xffffn);
  const texts = words.map((word) => word.toString(16));
  const gap = longestZeros(words);
  if (gap === undefined) return texts.join(":");
  return `${texts.slice(0, gap.start).join(":")}::${texts.slice(gap.end).join(":")}`;
}

/** The first longest run of at least two zero words: what "::" stands for. */
function longestZeros(words: readonly bigint[]): Readonly<{ start: number; end: number }> | undefined {
  let best: Readonly<{ start: number; end: number }> | undefined;
  for (let start = 0; start < words.length; start++) {
    let end = start;
    while (words[end] === 0n) end++;
    if (end - start >= 2 && (best === undefined || end - start > best.end - best.start)) best = { start, end };
    start = Math.max(start, end);
  }
  return best;
}

/** In network byte order: 4 or 16 bytes. */
export function addressToBytes({ family, value }: IpAddress): Uint8Array {
  const bytes = new Uint8Array(familyBits(family) / 8);
  for (let index = bytes.length - 1, rest = value; index >= 0; index--, rest >>= 8n)
    bytes[index] = Number(rest & 0xffn);
  return bytes;
}

/** The address that 4 or 16 bytes in network byte order are; undefined for another number of them. */
export function addressFromBytes(bytes: Uint8Array): IpAddress | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  return { family: bytes.length === 4 ? 4 : 6, value: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) };
}

/** IPv4 before IPv6, then by number. */
export function compareAddresses(a: IpAddress, b: IpAddress): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}
