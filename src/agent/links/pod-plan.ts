import { isIPv6 } from "node:net";
import { formatAddress, firstAddress, parseCidr } from "../../model/index.ts";
import { type AttachedRoute } from "../addresses/model.ts";
import { type AttachmentKey, attachmentText } from "../attachment.ts";
import type { Batch, Operation } from "../kernel/model.ts";
import type { PodLink } from "./model.ts";
import { bridgeMacOf, linkNameOf, nodeMacOf, podMacOf, routePriorityOf, shaperNameOf } from "./names.ts";

/** How a bridge treats the port of a pod. */
export const podPort = {
  hairpin: true,
  learning: false,
  unicastFlood: false,
  multicastFlood: false,
  broadcastFlood: false,
} as const;

/** What an ADD does to the kernel. A name that is taken refuses it before anything has changed. */
export function planAttach(pod: PodLink): Batch {
  const { key, bridge, mtu, netns } = pod;
  const node = { name: linkNameOf(key), mac: nodeMacOf(key) };
  const mac = pod.mac ?? podMacOf(key);
  return {
    netns,
    operations: [
      { op: "link.add-veth", node, pod: { name: key.ifname, mac }, bridge, mtu },
      // Which port has which MAC is known: nothing is learned, and nothing flooded, of which
      // a thousand pods that come up would make a million frames. Ports are not isolated from each other, for where
      // netfilter sees bridged packets (bridge-nf-call-iptables) it bridges to the other pod what went to a Service.
      { op: "link.set", in: "node", name: node.name, alias: attachmentText(key), port: podPort },
      { op: "forwarding.replace", in: "node", link: node.name, mac },
      { op: "link.set", in: "pod", name: "lo", up: true },
      ...insidePod(pod),
      ...pod.addresses.map(({ address }): Operation => ({
        op: "neighbour.replace",
        in: "node",
        link: bridge,
        address,
        mac,
      })),
      ...[node.name, bridge].map((name): Operation => ({ op: "link.settle", in: "node", name })),
      { op: "link.settle", in: "pod", name: key.ifname },
    ],
    undo: planDetach(key, { bridge, addresses: pod.addresses.map(({ address }) => address) }).operations,
  };
}

/** Makes an attachment whose interfaces are there as its ADD made it; on one that is whole it changes nothing. */
export function planMend(pod: PodLink): Batch {
  const { netns, operations } = planAttach(pod);
  return { netns, operations: operations.filter(({ op }) => op !== "link.add-veth") };
}

/**
 * What a refused ADD leaves to be undone, and what a DEL does: the pod's end goes with the node's, so the pod's namespace
 * may be gone.
 */
export function planDetach(
  key: AttachmentKey,
  { bridge, addresses }: Readonly<{ bridge: string; addresses: readonly string[] }>,
): Batch {
  return {
    operations: [
      ...addresses.map((address): Operation => ({ op: "neighbour.delete", in: "node", link: bridge, address })),
      { op: "link.delete", in: "node", name: linkNameOf(key) },
      // Only where the pod's bandwidth is limited.
      { op: "link.delete", in: "node", name: shaperNameOf(key) },
    ],
  };
}

function insidePod({ key, bridge, addresses, routes }: PodLink): readonly Operation[] {
  const link = key.ifname;
  const gatewayMac = bridgeMacOf(bridge);
  const gateways = [...new Set(addresses.map(({ gateway }) => gateway))];
  const hasSix = addresses.some(({ address }) => isIPv6(address));
  return [
    ...(hasSix
      ? [{ op: "sysctl.set", in: "pod", key: `net/ipv6/conf/${link}/disable_ipv6`, value: "0" } as const]
      : []),
    { op: "link.set", in: "pod", name: link, up: true },
    ...addresses.map(({ address }): Operation => ({
      op: "address.add",
      in: "pod",
      link,
      address,
      bits: bitsOf(address),
    })),
    ...gateways.flatMap((gateway): Operation[] => [
      { op: "neighbour.replace", in: "pod", link, address: gateway, mac: gatewayMac },
      { op: "route.replace", in: "pod", destination: gateway, bits: bitsOf(gateway), link, ...priorityOf(key) },
    ]),
    ...routes.flatMap((route) => planRoute(route, { key, gateways })),
  ];
}

/** A route whose family the pod has no address of leads nowhere, and is left out. */
function planRoute(
  { destination, via, mtu, advmss, priority }: AttachedRoute,
  { key, gateways }: Readonly<{ key: AttachmentKey; gateways: readonly string[] }>,
): readonly Operation[] {
  const cidr = parseCidr(destination);
  const gateway = gateways.find((one) => isIPv6(one) === (cidr.family === 6));
  if (gateway === undefined) return [];
  const target = { destination: formatAddress(firstAddress(cidr)), bits: cidr.bits };
  return [
    {
      op: "route.replace",
      in: "pod",
      ...target,
      link: key.ifname,
      via: via ?? gateway,
      ...(via === undefined || gateways.includes(via) ? {} : { onLink: true }),
      ...(mtu === undefined ? {} : { mtu }),
      ...(advmss === undefined ? {} : { advmss }),
      ...priorityOf(key, priority),
    },
  ];
}

function priorityOf(key: AttachmentKey, asked?: number): Readonly<{ priority?: number }> {
  const priority = routePriorityOf(key, asked);
  return priority === undefined ? {} : { priority };
}

const bitsOf = (address: string): number => (isIPv6(address) ? 128 : 32);
