import type { Cidr, IpAddress } from "../../model/index.ts";
import type { TunnelUse } from "../cni/model.ts";
import type { Observation, Operation } from "../kernel/model.ts";

/** Another node: whose pods are where. */
export type RemoteNode = Readonly<{
  name: string;
  podCidrs: readonly Cidr[];
  /** InternalIP. */
  addresses: readonly IpAddress[];
}>;

/** This node. */
export type LocalNode = Readonly<{
  name: string;
  addresses: readonly IpAddress[];
  /** The pods' bridges, and their addresses. */
  bridges: readonly string[];
  gateways: readonly IpAddress[];
  tunnel: TunnelUse;
}>;

/**
 * How a node's pods are reached: straight, where both nodes share a link, else through the tunnel. There is none to blocks
 * of a family that this node's own pods have no addresses of. `because` is for people.
 */
export type Way = Readonly<{ node: string; destination: Cidr; because: string }> &
  (
    | Readonly<{ by: "link"; link: string; via: IpAddress }>
    | Readonly<{ by: "tunnel"; via: IpAddress; to: IpAddress }>
    | Readonly<{ by: "none" }>
  );

/** What is done together; `about` is for people, `way` what it is for where it is for one. */
export type RoutesStep = Readonly<{ about: string; way?: Way; operations: readonly Operation[] }>;

/**
 * The tunnel first, then each way, removals last: what stays is never without its route, and a way that cannot be made
 * leaves the others as they are. No steps when all is as it shall be.
 */
export type RoutesPlan = Readonly<{ ways: readonly Way[]; steps: readonly RoutesStep[] }>;

/** What was done. */
export type RoutesDone = Readonly<{ ways: readonly Way[]; operations: readonly Operation[] }>;

/** VXLAN (RFC 7348) on Linux's own port; the number is no other network plugin's. All nodes of a cluster agree on both. */
export const tunnel = { name: "heddle-vxlan", id: 0x6864, port: 8472 } as const;

/** What a VXLAN adds to each packet, outer Ethernet header aside: it does not count. */
export const tunnelBytes = { 4: 50, 6: 70 } as const;

/**
 * What is set of the tunnel, in this order, by its paths below /proc/sys, where packets of that family may come by it. What
 * comes by it may be answered by a link, while nodes change from one way to the other: only the loose check of senders (the
 * greater of this and `all` counts) lets it in. Its IPv6 makes no address and learns none, and is on whatever new links have.
 */
export const tunnelSysctls: Readonly<Record<4 | 6, Readonly<Record<string, string>>>> = {
  4: { [`net/ipv4/conf/${tunnel.name}/rp_filter`]: "2" },
  6: {
    [`net/ipv6/conf/${tunnel.name}/addr_gen_mode`]: "1",
    [`net/ipv6/conf/${tunnel.name}/accept_ra`]: "0",
    [`net/ipv6/conf/${tunnel.name}/disable_ipv6`]: "0",
  },
};

/** What must be looked at to plan. */
export const whatToRoute: Observation = {
  links: "all",
  addresses: true,
  routes: true,
  neighbours: "all",
  forwarding: true,
  sysctls: Object.values(tunnelSysctls).flatMap((keys) => Object.keys(keys)),
};
