import { HeddleError } from "../../base/index.ts";
import {
  type Cidr,
  cidrContains,
  compareAddresses,
  firstAddress,
  formatAddress,
  formatCidr,
  type IpAddress,
  lastAddress,
  sharedCidr,
} from "../../model/index.ts";
import { type NodeRange, type Pool, type RangeConfig, type RangeSet } from "./model.ts";

/**
 * What this node gives out: of each set what lies in the node's podCIDRs; all of it when the node has none (no
 * Kubernetes). The gateway is the configured one where it lies in the node's network, else that network's first address.
 * Throws HEDDLE_AGENT_POOL_EMPTY for a set of which nothing is left.
 */
export const planPools = (sets: readonly RangeSet[], podCidrs: readonly Cidr[] | undefined): readonly Pool[] =>
  sets.map((set) => {
    const pool = set.flatMap((range) => cut(range, podCidrs ?? [range.subnet]));
    if (pool.length === 0) throw nothingLeft(set, podCidrs);
    return pool;
  });

const cut = (range: RangeConfig, podCidrs: readonly Cidr[]): readonly NodeRange[] =>
  podCidrs.flatMap((podCidr) => {
    const network = sharedCidr(range.subnet, podCidr);
    const part = network && partOf(range, network);
    return part ? [part] : [];
  });

function partOf({ first, last, gateway }: RangeConfig, network: Cidr): NodeRange | undefined {
  const usable = usableOf(network);
  const low = later(first ?? usable.first, usable.first);
  const high = earlier(last ?? usable.last, usable.last);
  if (compareAddresses(low, high) > 0) return undefined;
  const own = gateway !== undefined && cidrContains(network, gateway) ? gateway : usable.first;
  // A range of nothing but the gateway gives out nothing.
  if (compareAddresses(low, high) === 0 && compareAddresses(low, own) === 0) return undefined;
  return { network, first: low, last: high, gateway: own };
}

/** Without the address that names the network and, of IPv4, the broadcast; a /31, /32 or /128 has neither (RFC 3021). */
function usableOf(network: Cidr): Readonly<{ first: IpAddress; last: IpAddress }> {
  const { family, bits } = network;
  const [first, last] = [firstAddress(network), lastAddress(network)];
  if (bits >= (family === 4 ? 31 : 127)) return { first, last };
  return { first: { family, value: first.value + 1n }, last: { family, value: last.value - (family === 4 ? 1n : 0n) } };
}

const later = (a: IpAddress, b: IpAddress): IpAddress => (compareAddresses(a, b) < 0 ? b : a);
const earlier = (a: IpAddress, b: IpAddress): IpAddress => (compareAddresses(a, b) < 0 ? a : b);

function nothingLeft(set: RangeSet, podCidrs: readonly Cidr[] | undefined): HeddleError {
  const ranges = set.map(rangeText).join(", ") || "no range";
  const found =
    podCidrs === undefined
      ? "has no address to give out"
      : `shares no address with this node's podCIDRs, ${podCidrs.map(formatCidr).join(", ") || "of which there are none"}`;
  return new HeddleError(`the configured pool, ${ranges}, ${found}: give ipam a subnet that holds the podCIDRs`, {
    code: "HEDDLE_AGENT_POOL_EMPTY",
  });
}

const rangeText = ({ subnet, first, last }: RangeConfig): string =>
  first === undefined && last === undefined
    ? formatCidr(subnet)
    : `${formatCidr(subnet)} (${formatAddress(first ?? firstAddress(subnet))} to ${formatAddress(last ?? lastAddress(subnet))})`;

/** Whether the node may give the address to an attachment. */
export const givesOut = ({ first, last, gateway }: NodeRange, address: IpAddress): boolean =>
  address.family === first.family &&
  compareAddresses(address, first) >= 0 &&
  compareAddresses(address, last) <= 0 &&
  compareAddresses(address, gateway) !== 0;

/** How many addresses a range can give out in all. */
export const capacityOf = (range: NodeRange): bigint =>
  range.last.value -
  range.first.value +
  1n -
  (givesOut({ ...range, gateway: { family: range.first.family, value: -1n } }, range.gateway) ? 1n : 0n);
