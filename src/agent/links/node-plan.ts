import { isIPv6 } from "node:net";
import type { Operation } from "../kernel/model.ts";
import type { NodeLinks } from "./model.ts";
import { bridgeMacOf } from "./names.ts";

/** What makes a node ready for pods; on a node that is ready it changes nothing. */
export function planNode({ bridge, mtu, gateways, advertised = [] }: NodeLinks): readonly Operation[] {
  const hasFour = gateways.some(({ address }) => !isIPv6(address));
  const hasSix = gateways.some(({ address }) => isIPv6(address));
  const mac = bridgeMacOf(bridge);
  return [
    { op: "link.add-bridge", in: "node", name: bridge, mac, mtu },
    // Before it is up: a link-local address would make the node tell pods of shorter ways between them, past what it routes.
    ...(hasSix ? [sysctl(`net/ipv6/conf/${bridge}/disable_ipv6`, 0), ...sysctlsOfSix(bridge)] : []),
    { op: "link.set", in: "node", name: bridge, mac, mtu, up: true },
    ...(hasFour ? sysctlsOfFour(bridge) : []),
    ...(hasSix ? [...advertised.map((link) => sysctl(`net/ipv6/conf/${link}/accept_ra`, 2)), forwardSix] : []),
    ...gateways.map(({ address, bits }): Operation => ({ op: "address.add", in: "node", link: bridge, address, bits })),
  ];
}

const sysctl = (key: string, value: number): Operation => ({ op: "sysctl.set", in: "node", key, value: String(value) });

const sysctlsOfSix = (bridge: string): readonly Operation[] => [
  sysctl(`net/ipv6/conf/${bridge}/addr_gen_mode`, 1),
  sysctl(`net/ipv6/conf/${bridge}/accept_ra`, 0),
  sysctl(`net/ipv6/conf/${bridge}/accept_dad`, 0),
];

/** A packet from pod to pod comes and goes by the bridge: the kernel sends no redirect only when both keys say so. */
const sysctlsOfFour = (bridge: string): readonly Operation[] => [
  sysctl("net/ipv4/conf/all/send_redirects", 0),
  sysctl(`net/ipv4/conf/${bridge}/send_redirects`, 0),
  // A pod cannot send with an address that is not routed back to the bridge.
  sysctl(`net/ipv4/conf/${bridge}/rp_filter`, 1),
  sysctl("net/ipv4/ip_forward", 1),
];

const forwardSix = sysctl("net/ipv6/conf/all/forwarding", 1);
