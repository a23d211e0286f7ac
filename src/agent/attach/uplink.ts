import { type IpAddress } from "../../model/index.ts";
import { type KernelState } from "../kernel/model.ts";
import { carrierOf, defaultLink } from "../routes/carrier.ts";

/** The node's link to the other nodes. */
export type Uplink = Readonly<{ name: string; mtu: number }>;

/** What must have been observed for `uplinkOf`. */
export const uplinkObservation = { links: "all", addresses: true, routes: true } as const;

/**
 * The link that carries what the node sends from its own address; without one, or when no link has it, the one that the
 * default route leaves by. Undefined on a node that is linked to nothing.
 */
export function uplinkOf(
  found: Pick<KernelState, "links" | "addresses" | "routes">,
  nodeAddresses: readonly IpAddress[],
): Uplink | undefined {
  const [link = defaultLink(found)] = nodeAddresses.flatMap((address) => carrierOf(address, found) ?? []);
  return link && { name: link.name, mtu: link.mtu };
}

/** What pods may send in one piece: the uplink's, less what the tunnel between nodes adds; of a lonely node, Ethernet's. */
export const podMtu = (uplink: Uplink | undefined, overheadBytes: number): number =>
  (uplink?.mtu ?? etherMtu) - (uplink === undefined ? 0 : overheadBytes);

const etherMtu = 1500;
