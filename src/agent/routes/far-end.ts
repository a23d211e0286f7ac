import { type Cidr, firstAddress, type IpAddress } from "../../model/index.ts";
import { macFrom } from "../links/names.ts";

/** The MAC of a node's end of the tunnel: every node knows every other's by its name. */
export const macOfNode = (name: string): string => macFrom(`vxlan/${name}`);

/**
 * The gateway that stands for the end of the tunnel, with that MAC, of the node whose pods are in the block, in a route to
 * them; nobody answers at it, a permanent neighbour entry does. By IPv4 the block's own first address, which is nobody
 * else's. By IPv6 a link-local one that follows from the MAC (RFC 4291, appendix A): Linux refuses a gateway on the tunnel's
 * link that another route, such as the one to be replaced, leads elsewhere to.
 */
export const farEndOf = (mac: string, block: Cidr): IpAddress =>
  block.family === 4 ? firstAddress(block) : { family: 6, value: linkLocal | interfaceId(mac) };

const linkLocal = 0xfe80n << 112n;

function interfaceId(mac: string): bigint {
  const value = BigInt(`0x${mac.replaceAll(":", "")}`);
  return (((value >> 24n) << 40n) | (0xfffen << 24n) | (value & 0xffffffn)) ^ (1n << 57n);
}
