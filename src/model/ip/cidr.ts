import { UsageError } from "../../base/index.ts";
import { familyBits, formatAddress, type IpAddress, type IpFamily, parseAddress } from "./address.ts";

/** A block of addresses: all that begin with the first `bits` bits of `base`, which has no other bit set. */
export type Cidr = Readonly<{ family: IpFamily; base: bigint; bits: number }>;

/** An address with the length of the network it is in, as an interface has it: "10.244.1.1/24". */
export type AddressInNetwork = Readonly<{ address: IpAddress; bits: number }>;

/**
 * Parses "10.244.0.0/16". Throws a UsageError HEDDLE_CIDR_INVALID that tells what is wrong, and for host bits which block
 * is meant.
 */
export function parseCidr(text: string): Cidr {
  const { address, bits } = parseAddressInNetwork(text);
  const cidr = networkOf({ address, bits });
  if (cidr.base !== address.value)
    throw invalid(`${text} has bits set beyond its length of ${bits}: the block is ${formatCidr(cidr)}`);
  return cidr;
}

/** Parses "10.244.1.1/24", host bits and all. Throws as `parseCidr`. */
export function parseAddressInNetwork(text: string): AddressInNetwork {
  const [addressText = "", length, ...more] = text.split("/");
  const address = parseAddress(addressText);
  if (address === undefined || more.length > 0)
    throw invalid(`"${text}" is no block of addresses: expected one like 10.244.0.0/16 or fd00:10:244::/56`);
  const most = familyBits(address.family);
  if (length === undefined || !/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > most)
    throw invalid(`"${text}" has no length between 0 and ${most}: expected one like ${addressText}/${most}`);
  return { address, bits: Number(length) };
}

const invalid = (message: string): UsageError => new UsageError(message, { code: "HEDDLE_CIDR_INVALID" });

/** The block that an address is in. */
export function networkOf({ address: { family, value }, bits }: AddressInNetwork): Cidr {
  const rest = BigInt(familyBits(family) - bits);
  return { family, base: (value >> rest) << rest, bits };
}

export const formatCidr = ({ family, base, bits }: Cidr): string => `${formatAddress({ family, value: base })}/${bits}`;

/** The lowest address of the block: of IPv4 networks that are shared, the one that names the network. */
export const firstAddress = ({ family, base }: Cidr): IpAddress => ({ family, value: base });

/** The highest address of the block: IPv4's broadcast. */
export const lastAddress = (cidr: Cidr): IpAddress => ({ family: cidr.family, value: cidr.base + cidrSize(cidr) - 1n });

/** How many addresses the block has. */
export const cidrSize = ({ family, bits }: Cidr): bigint => 1n << BigInt(familyBits(family) - bits);

export const cidrContains = (cidr: Cidr, { family, value }: IpAddress): boolean =>
  cidr.family === family && value >= cidr.base && value < cidr.base + cidrSize(cidr);

/** Blocks overlap when one holds the other: the smaller of the two; undefined when they share nothing. */
export function sharedCidr(a: Cidr, b: Cidr): Cidr | undefined {
  const [small, large] = a.bits >= b.bits ? [a, b] : [b, a];
  return cidrContains(large, firstAddress(small)) ? small : undefined;
}
