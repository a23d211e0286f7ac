import { formatAddress, type IpAddress } from "../../model/index.ts";
import type { KernelState, Operation, OperationOf, Tunnel } from "../kernel/model.ts";
import { isGroupMac } from "../links/names.ts";
import { macOfNode } from "./far-end.ts";
import { type LocalNode, type RemoteNode, tunnel, tunnelBytes, tunnelSysctls, type Way } from "./model.ts";
import { nearEndOf } from "./near-end.ts";
import type { Spelling } from "./spelling.ts";

/** What the tunnel is to have; it is Heddle's own, so it has nothing else. */
export type TunnelEntries = Readonly<{
  addresses: readonly OperationOf<"address.add">[];
  neighbours: readonly OperationOf<"neighbour.replace">[];
  forwarding: readonly OperationOf<"forwarding.replace">[];
}>;

/** What it has. */
export type TunnelState = Pick<KernelState, "addresses" | "neighbours" | "forwarding">;

/** What it must know of a far end. */
export type FarEnd = Omit<TunnelEntries, "addresses">;

export type TunnelPlan = Readonly<{
  addresses: TunnelEntries["addresses"];
  begins: readonly Operation[];
  ends: readonly Operation[];
}>;

/** The tunnel's own step, in the words for people. */
export const aboutTunnel = `the tunnel ${tunnel.name}`;

/**
 * The tunnel's link and its addresses. It stands while there is a node that it could lead to, though none of this node's
 * ways does: the other may send by it, as long as its agent has not been told otherwise.
 */
export function planTunnel(local: LocalNode, remotes: readonly RemoteNode[], found: KernelState): TunnelPlan {
  const present = found.links.find(({ name }) => name === tunnel.name);
  const nearEnd = nearEndOf(local, found);
  if ("because" in nearEnd || !remotes.some(({ addresses }) => addresses.some(isOf(nearEnd.outer)))) {
    const ends: readonly Operation[] = present === undefined ? [] : [deleteTunnel];
    return { addresses: [], begins: [], ends };
  }
  const { outer, carrier } = nearEnd;
  const { id, port } = tunnel;
  // Bound to a link it would stay there when a node that is routed to is reached by another.
  const bound = carrier.because === "address" ? { link: carrier.links[0] } : {};
  const settings: Tunnel = { id, port, local: formatAddress(outer), ...bound };
  const mtu = carrier.mtu - tunnelBytes[outer.family];
  const mac = macOfNode(local.name);
  const isSame = present !== undefined && sameTunnel(present.vxlan, settings) && present.mac === mac;
  const add: Operation = { op: "link.add-vxlan", in: "node", name: tunnel.name, mac, mtu, ...settings };
  const sysctls = sysctlsFor(remotes);
  const begins: readonly Operation[] = isSame
    ? [
        ...sysctls.filter(({ key, value }) => found.sysctls.get(key) !== value),
        ...(present.up && present.mtu === mtu ? [] : [{ ...upTunnel, mtu }]),
      ]
    : [...(present === undefined ? [] : [deleteTunnel]), add, ...sysctls, upTunnel];
  return { addresses: nearAddresses(local), begins, ends: [] };
}

/**
 * The node's own addresses among its pods', on the tunnel too: what is masqueraded on its way into the tunnel, as kube-proxy
 * does, takes an address of that link, and is answered through the tunnel only when that is one of the node's pods'. And on
 * a link without an address even the loose check of senders lets in only whom the routes lead back to by it. By IPv6 the
 * kernel chooses among the addresses of all links, and checks nothing.
 */
const nearAddresses = ({ gateways }: LocalNode): TunnelEntries["addresses"] => {
  const own = new Set(gateways.filter(({ family }) => family === 4).map(formatAddress));
  // Of one address only: another length would lead the node's pods into the tunnel.
  return [...own].map((address) => ({ op: "address.add", in: "node", link: tunnel.name, address, bits: 32 }));
};

/** What a way needs the tunnel to know; nothing for one that does not lead through it. */
export function farEndOfWay(way: Way, spelling: Spelling): FarEnd {
  if (way.by !== "tunnel") return { neighbours: [], forwarding: [] };
  const base = { in: "node", link: tunnel.name, mac: spelling.mac(way.node) } as const;
  return {
    neighbours: [{ op: "neighbour.replace", ...base, address: spelling.address(way.via) }],
    forwarding: [{ op: "forwarding.replace", ...base, to: spelling.address(way.to) }],
  };
}

export const together = (ends: readonly FarEnd[]): FarEnd => ({
  neighbours: ends.flatMap(({ neighbours }) => neighbours),
  forwarding: ends.flatMap(({ forwarding }) => forwarding),
});

const deleteTunnel: Operation = { op: "link.delete", in: "node", name: tunnel.name };
const upTunnel = { op: "link.set", in: "node", name: tunnel.name, up: true } as const;

/** Asked of IPv6 only where its packets come: a node may have none (`ipv6.disable=1`), and then has none of its keys. */
const sysctlsFor = (remotes: readonly RemoteNode[]): readonly OperationOf<"sysctl.set">[] =>
  ([4, 6] as const)
    .filter((family) => remotes.some(({ podCidrs }) => podCidrs.some((block) => block.family === family)))
    .flatMap((family) => Object.entries(tunnelSysctls[family]))
    .map(([key, value]) => ({ op: "sysctl.set", in: "node", key, value }));

const isOf =
  ({ family }: IpAddress) =>
  (other: IpAddress): boolean =>
    other.family === family;

const sameTunnel = (a: Tunnel | undefined, b: Tunnel): boolean =>
  a !== undefined && a.id === b.id && a.port === b.port && a.local === b.local && a.link === b.link;

/** As it is once the tunnel is made anew: empty, whatever the one before had. */
export const withoutTunnel = (found: KernelState): KernelState => ({
  ...found,
  addresses: found.addresses.filter(({ link }) => link !== tunnel.name),
  routes: found.routes.filter(({ link }) => link !== tunnel.name),
  neighbours: found.neighbours.filter(({ link }) => link !== tunnel.name),
  forwarding: found.forwarding.filter(({ link }) => link !== tunnel.name),
});

/** The tunnel's own of what the node has. */
export const tunnelStateOf = ({ addresses, neighbours, forwarding }: KernelState): TunnelState => ({
  addresses: addresses.filter(isHere),
  neighbours: neighbours.filter(isHere),
  forwarding: forwarding.filter(isHere),
});

/** Answers what it lacks of what it is to have. */
export function lackingIn(present: TunnelState): (wanted: Partial<TunnelEntries>) => readonly Operation[] {
  const held: ReadonlySet<string> = new Set([
    ...present.addresses.map(addressKey),
    ...present.forwarding.map(forwardingKey),
    ...present.neighbours.map(neighbourKey),
  ]);
  return ({ addresses = [], forwarding = [], neighbours = [] }) => [
    ...addresses.filter((one) => !held.has(addressKey(one))),
    ...forwarding.filter((one) => !held.has(forwardingKey(one))),
    ...neighbours.filter((one) => !held.has(neighbourKey(one))),
  ];
}

/** What it has and is not to have; link-local addresses and groups are the kernel's own. */
export function removalsFrom(wanted: TunnelEntries, present: TunnelState): readonly Operation[] {
  const neighbours = new Set(wanted.neighbours.map(({ address }) => address));
  const forwarding = new Set(wanted.forwarding.map(forwardingKey));
  const addresses = new Set(wanted.addresses.map(addressKey));
  return [
    ...present.neighbours
      .filter(({ permanent, mac, address }) => permanent && !isGroupMac(mac) && !neighbours.has(address))
      .map(({ address }): Operation => ({ op: "neighbour.delete", in: "node", link: tunnel.name, address })),
    ...present.forwarding
      .filter((one) => one.to !== undefined && !forwarding.has(forwardingKey(one)))
      .map(({ mac, to }): Operation => ({
        op: "forwarding.delete",
        in: "node",
        link: tunnel.name,
        mac,
        ...(to === undefined ? {} : { to }),
      })),
    ...present.addresses
      .filter((one) => one.scope === "global" && !addresses.has(addressKey(one)))
      .map(({ address, bits }): Operation => ({ op: "address.delete", in: "node", link: tunnel.name, address, bits })),
  ];
}

const isHere = ({ link }: Readonly<{ link?: string }>): boolean => link === tunnel.name;

/** What makes two the same; no address, forwarding or neighbour has the key of another kind. */
const addressKey = ({ address, bits }: Readonly<{ address: string; bits: number }>): string => `${address}/${bits}`;
const forwardingKey = ({ mac, to }: Readonly<{ mac: string; to?: string | undefined }>): string => `${mac} to ${to}`;
const neighbourKey = ({ address, mac }: Readonly<{ address: string; mac: string }>): string => `${address} at ${mac}`;
