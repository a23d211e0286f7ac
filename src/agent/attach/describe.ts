import { familyBits, formatAddress, formatCidr, parseAddress } from "../../model/index.ts";
import {
  type AttachedLink,
  type AttachedPort,
  type Attachment,
  type HeldAddress,
  type Pool,
} from "../addresses/model.ts";
import { type HostPort } from "../asked-of-node.ts";
import { type AddRequest, type CniResult } from "../cni/model.ts";
import { type NodeLinks, type PodLink } from "../links/model.ts";
import { type PodPorts } from "../rules/model.ts";
import { type ShapedPod } from "../rules/shaping.ts";
import { linkNameOf, nodeMacOf, podMacOf, routePriorityOf } from "../links/names.ts";

/** What the bridge of a network is on this node. */
export const nodeLinksOf = (
  { bridge, mtu }: Pick<AttachedLink, "bridge" | "mtu">,
  pools: readonly Pool[],
): NodeLinks => ({
  bridge,
  mtu,
  gateways: pools.flat().map(({ gateway, network }) => ({ address: formatAddress(gateway), bits: network.bits })),
});

/** What an ADD asks the kernel for, but for the addresses. */
export const attachedLinkOf = ({ key, netns, config, asked }: AddRequest, mtu: number): AttachedLink => ({
  netns,
  bridge: config.bridge,
  mtu: config.mtu === 0 ? mtu : config.mtu,
  mac: asked.mac ?? podMacOf(key),
  routes: config.routes.map(({ dst, gw, mtu: most, advmss, priority }) => ({
    destination: formatCidr(dst),
    ...(gw !== undefined && { via: formatAddress(gw) }),
    ...(most !== undefined && { mtu: most }),
    ...(advmss !== undefined && { advmss }),
    ...(priority !== undefined && { priority }),
  })),
  ...(asked.bandwidth && { bandwidth: asked.bandwidth }),
  ...(asked.portMappings.length > 0 && { ports: asked.portMappings.map(attachedPortOf) }),
});

/** As the database keeps it. */
export const attachedPortOf = ({ hostPort, containerPort, protocol, hostIp }: HostPort): AttachedPort => ({
  hostPort,
  containerPort,
  protocol,
  ...(hostIp !== undefined && { hostIp: formatAddress(hostIp) }),
});

/** How an attachment is slowed down; undefined when it is not. */
export const shapedOf = ({ key, link: { bandwidth, mtu } }: Attachment): ShapedPod | undefined =>
  bandwidth && { key, bandwidth, mtu };

/** The ports of the node that lead to an attachment. */
export const podPortsOf = ({ addresses, link: { ports = [] } }: Attachment): PodPorts => ({
  addresses: addresses.map(({ address }) => address),
  ports: ports.map(({ hostIp, ...port }) => {
    const address = hostIp === undefined ? undefined : parseAddress(hostIp);
    return { ...port, ...(address && { hostIp: address }) };
  }),
});

/** An attachment as the kernel shall have it; undefined where the pod's namespace is not known. */
export function podLinkOf({ key, addresses, link }: Attachment): PodLink | undefined {
  const { netns, bridge, mtu, mac, routes } = link;
  if (netns === undefined) return undefined;
  return { key, netns, bridge, mtu, mac, routes, addresses: addresses.map(placeOf) };
}

const placeOf = ({ address, gateway }: HeldAddress): PodLink["addresses"][number] => ({
  address: formatAddress(address),
  gateway: formatAddress(gateway),
});

/** What ADD answers: the bridge, the node's end, the pod's, and what the pod has there. */
export function resultOf(
  { key, addresses, link }: Attachment,
  { bridgeMac, dns }: Readonly<{ bridgeMac: string; dns: CniResult["dns"] }>,
): CniResult {
  const { mtu, mac, netns, bridge, routes } = link;
  const families = new Set(addresses.map(({ address }) => address.family));
  return {
    interfaces: [
      { name: bridge, mac: bridgeMac },
      { name: linkNameOf(key), mac: nodeMacOf(key), mtu },
      { name: key.ifname, mac, mtu, ...(netns !== undefined && { sandbox: netns }) },
    ],
    ips: addresses.map(({ address, gateway }) => ({
      address: `${formatAddress(address)}/${familyBits(address.family)}`,
      gateway: formatAddress(gateway),
      interface: 2,
    })),
    routes: routes
      .filter(({ destination }) => families.has(destination.includes(":") ? 6 : 4))
      .map(({ destination: dst, via: gw, mtu: most, advmss, priority }) =>
        given({ dst, gw, mtu: most, advmss, priority: routePriorityOf(key, priority) }),
      ),
    dns,
  };
}

const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
