import { formatAddress } from "../../model/index.ts";
import { type NetworkConfig } from "../cni/model.ts";
import { type Kernel } from "../kernel/model.ts";
import { type NodeWatch } from "../node/model.ts";
import { type Carrier } from "../routes/carrier.ts";
import { tunnel } from "../routes/model.ts";
import { podMtu, uplinkObservation, uplinkOf } from "./uplink.ts";

/** What carries the pods' packets away from the node: its uplink, and the tunnel. */
export type Carriers = Readonly<{
  /** To be looked at anew. Before, they are only when the node's addresses have changed. */
  forget(): void;
  /** The uplink's links while they learn from router advertisements and forwarding IPv6 would end that. */
  advertised(): Promise<readonly string[]>;
  /**
   * What pods of the network may send in one piece, in bytes. `overheadBytes` is what the ways to other nodes add at most;
   * undefined before they are known: then an earlier agent's tunnel tells.
   */
  mtuOf(config: Pick<NetworkConfig, "mtu">, overheadBytes: number | undefined): Promise<number>;
}>;

type Seen = Readonly<{ addresses: string; uplink: Carrier | undefined; tunnelMtu: number | undefined }>;

const forwards = "net/ipv6/conf/all/forwarding";

export function createCarriers({
  kernel,
  node,
}: Readonly<{ kernel: Kernel; node: Pick<NodeWatch, "view"> }>): Carriers {
  let seen: Seen | undefined;
  /** To find them all of a node's links are read: a node with a thousand pods does not do that for each. */
  const look = async (): Promise<Seen> => {
    const own = node.view().self?.addresses ?? [];
    const addresses = own.map(formatAddress).join(" ");
    if (seen?.addresses !== addresses) {
      const found = await kernel.observe(uplinkObservation);
      // It stands for others' sake too: only a route by it tells that this node's pods send by it.
      const isUsed = found.routes.some(({ link }) => link === tunnel.name);
      const tunnelMtu = isUsed ? found.links.find(({ name }) => name === tunnel.name)?.mtu : undefined;
      seen = { addresses, uplink: uplinkOf(found, own), tunnelMtu };
    }
    return seen;
  };
  return {
    forget: () => void (seen = undefined),
    async advertised() {
      const { uplink } = await look();
      if (uplink === undefined) return [];
      const learns = (link: string): string => `net/ipv6/conf/${link}/accept_ra`;
      const { sysctls } = await kernel.observe({ sysctls: [forwards, ...uplink.links.map(learns)] });
      return sysctls.get(forwards) === "0" ? uplink.links.filter((link) => sysctls.get(learns(link)) === "1") : [];
    },
    async mtuOf({ mtu }, overheadBytes) {
      if (mtu !== 0) return mtu;
      const { uplink, tunnelMtu } = await look();
      return overheadBytes === undefined
        ? Math.min(podMtu(uplink, 0), tunnelMtu ?? Infinity)
        : podMtu(uplink, overheadBytes);
    },
  };
}
