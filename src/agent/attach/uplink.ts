import { type IpAddress } from "../../model/index.ts";
import { type KernelState } from "../kernel/model.ts";
import { type Carrier, carrierOf, defaultCarrier } from "../routes/carrier.ts";

/** What must have been observed for `uplinkOf`. */
export const uplinkObservation = { links: "all", addresses: true, routes: true } as const;

/**
 * The node's way to the other nodes: what carries packets from its own address; without one, or when no link has it, the
 * default route. Undefined on a node that is linked to nothing.
 */
export function uplinkOf(
  found: Pick<KernelState, "links" | "addresses" | "routes">,
  nodeAddresses: readonly IpAddress[],
): Carrier | undefined {
  const [carrier = defaultCarrier(found)] = nodeAddresses.flatMap((address) => carrierOf(address, found) ?? []);
  return carrier;
}

/** What pods may send in one piece: the uplink's, less what the tunnel between nodes adds; of a lonely node, Ethernet's. */
export const podMtu = (uplink: Pick<Carrier, "mtu"> | undefined, overheadBytes: number): number =>
  (uplink?.mtu ?? etherMtu) - (uplink === undefined ? 0 : overheadBytes);

const etherMtu = 1500;
