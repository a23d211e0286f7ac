import { HeddleError } from "../../base/index.ts";
import { compareAddresses, formatAddress, formatCidr, type IpAddress } from "../../model/index.ts";
import { type HeldAddress, type NodeRange, type Pool, type Wanted } from "./model.ts";
import { givesOut } from "./pool.ts";

/** What is known of addresses: by their canonical texts. */
export type Occupied = Readonly<{
  /** By which attachment; undefined when by none. */
  holderOf(address: IpAddress): string | undefined;
  /** Given back too lately to be given out again. */
  isResting(address: IpAddress): boolean;
  /** The one given out last of a range, at or after which the next search begins. */
  lastOf(range: NodeRange): IpAddress | undefined;
  /** The address of a range that has rested longest. */
  longestResting(range: NodeRange): IpAddress | undefined;
}>;

/**
 * One address out of each pool: the asked one where one of its pool is asked, else the next that is free after the last
 * given out, so that an address comes back as late as can be. Throws as `AddressBook.reserve`.
 */
export function chooseAddresses({ pools, asked = [] }: Wanted, occupied: Occupied): readonly HeldAddress[] {
  for (const address of asked) checkAsked(address, { pools, occupied });
  const chosen = pools.map((pool) => askedOf(pool, asked) ?? nextFree(pool, occupied));
  const spare = asked.find((address) => !chosen.some((one) => compareAddresses(one.address, address) === 0));
  if (spare !== undefined)
    throw new HeddleError(
      `the address ${formatAddress(spare)} was asked for beside another of the same pool: an attachment gets one of each`,
      { code: "HEDDLE_ADDRESS_OUTSIDE" },
    );
  return chosen;
}

function askedOf(pool: Pool, asked: readonly IpAddress[]): HeldAddress | undefined {
  for (const range of pool) {
    const address = asked.find((one) => givesOut(range, one));
    if (address !== undefined) return held(range, address);
  }
  return undefined;
}

const held = ({ network, gateway }: NodeRange, address: IpAddress): HeldAddress => ({
  address,
  bits: network.bits,
  gateway,
});

function checkAsked(
  address: IpAddress,
  { pools, occupied }: Readonly<{ pools: readonly Pool[]; occupied: Occupied }>,
): void {
  const pool = pools.find((ranges) => ranges.some((range) => givesOut(range, address)));
  if (pool === undefined)
    throw new HeddleError(
      `the address ${formatAddress(address)} that was asked for is not one that this node gives out: ${poolsText(pools)}`,
      { code: "HEDDLE_ADDRESS_OUTSIDE" },
    );
  const holder = occupied.holderOf(address);
  if (holder !== undefined)
    throw new HeddleError(`the address ${formatAddress(address)} that was asked for is held by ${holder}`, {
      code: "HEDDLE_ADDRESS_TAKEN",
    });
}

function nextFree(pool: Pool, occupied: Occupied): HeldAddress {
  for (const range of pool) {
    const address = searchFrom(range, occupied) ?? occupied.longestResting(range);
    if (address !== undefined) return held(range, address);
  }
  throw new HeddleError(`every address that this node gives out is held: ${poolsText([pool])}`, {
    code: "HEDDLE_ADDRESSES_EXHAUSTED",
    retryable: true,
  });
}

/** Goes once around the range, beginning behind the one given out last. */
function searchFrom(range: NodeRange, occupied: Occupied): IpAddress | undefined {
  const { first, last } = range;
  const size = last.value - first.value + 1n;
  const before = occupied.lastOf(range);
  const start = before === undefined ? first.value : before.value + 1n;
  for (let step = 0n; step < size; step++) {
    const value = first.value + ((start - first.value + step) % size);
    const address = { family: first.family, value };
    if (compareAddresses(address, range.gateway) === 0) continue;
    if (occupied.holderOf(address) === undefined && !occupied.isResting(address)) return address;
  }
  return undefined;
}

const poolsText = (pools: readonly Pool[]): string =>
  pools
    .flat()
    .map(({ network, first, last }) => `${formatAddress(first)} to ${formatAddress(last)} of ${formatCidr(network)}`)
    .join(", ");
