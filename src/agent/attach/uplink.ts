import { type IpAddress, parseAddress } from "../../model/index.ts";
import { type KernelState } from "../kernel/model.ts";

/** The node's link to the other nodes. */
export type Uplink = Readonly<{ name: string; mtu: number }>;

/** What must have been observed for `uplinkOf`. */
export const uplinkObservation = { links: "all", addresses: true, routes: true } as const;

/**
 * The link that has the node's own address; without one, or when none has it, the one that the default route leaves by.
 * Undefined on a node that is linked to nothing.
 */
export function uplinkOf(
  { links, addresses, routes }: Pick<KernelState, "links" | "addresses" | "routes">,
  nodeAddresses: readonly IpAddress[],
): Uplink | undefined {
  const isNodes = (text: string): boolean => {
    const found = parseAddress(text);
    return nodeAddresses.some((address) => address.family === found?.family && address.value === found.value);
  };
  const byAddress = addresses.find(({ address }) => isNodes(address))?.link;
  const byRoute = routes.find(({ bits, via }) => bits === 0 && via !== undefined)?.link;
  const link = links.find(({ name }) => name === (byAddress ?? byRoute));
  return link && { name: link.name, mtu: link.mtu };
}

/** What pods may send in one piece: the uplink's, less what the tunnel between nodes adds; of a lonely node, Ethernet's. */
export const podMtu = (uplink: Uplink | undefined, overheadBytes: number): number =>
  (uplink?.mtu ?? etherMtu) - (uplink === undefined ? 0 : overheadBytes);

const etherMtu = 1500;
