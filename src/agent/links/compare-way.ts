import { cidrContains, parseAddress, parseCidr } from "../../model/index.ts";
import type { KernelState, ObservedRoute } from "../kernel/model.ts";
import { differ } from "./differ.ts";
import type { Difference, PodLink } from "./model.ts";

/**
 * What keeps a packet of the node for the pod from the bridge, of what all its pods share: that the bridge is up, that it
 * has the pod's gateways, and that the node's main table leads there. From the bridge on the way is the attachment's own.
 */
export function compareWay({ bridge, addresses }: PodLink, node: KernelState): readonly Difference[] {
  const link = node.links.find(({ name }) => name === bridge);
  // Without it there is nothing else of it either.
  if (link === undefined) return differ(`${bridge} on the node`, "an interface", undefined);
  const gateways = [...new Set(addresses.map(({ gateway }) => gateway))];
  const hasGateway = (gateway: string): boolean =>
    node.addresses.some((one) => one.link === bridge && one.address === gateway);
  return [
    ...differ(`the state of ${bridge} on the node`, "up", link.up ? "up" : "down"),
    ...gateways.flatMap((gateway) =>
      differ(`the gateway of ${bridge} on the node`, gateway, hasGateway(gateway) ? gateway : undefined),
    ),
    ...addresses.flatMap(({ address }) =>
      differ(`the node's route to ${address}`, `by ${bridge}`, wayText(routeFor(address, node.routes))),
    ),
  ];
}

/** The route that the kernel takes: the longest prefix, and of those the one that is preferred. */
function routeFor(address: string, routes: readonly ObservedRoute[]): ObservedRoute | undefined {
  const target = parseAddress(address);
  if (target === undefined) return undefined;
  return routes
    .filter(({ destination, bits }) => cidrContains(parseCidr(`${destination}/${bits}`), target))
    .toSorted((a, b) => b.bits - a.bits || (a.priority ?? 0) - (b.priority ?? 0))[0];
}

function wayText(route: ObservedRoute | undefined): string | undefined {
  if (route === undefined) return undefined;
  if (route.link === undefined) return "one that says unreachable";
  const by = [route.link, ...(route.otherLinks ?? [])].join(" and ");
  return [`by ${by}`, ...(route.via === undefined ? [] : [`via ${route.via}`])].join(" ");
}
