import { type Cidr, firstAddress, formatAddress, formatCidr, type IpAddress } from "../../model/index.ts";
import type { KernelState, ObservedRoute, Operation, OperationOf, Tunnel } from "../kernel/model.ts";
import { routeOwner } from "../kernel/netlink/route.ts";
import { isGroupMac } from "../links/names.ts";
import { macOfNode } from "./far-end.ts";
import { type LocalNode, type RemoteNode, type RoutesPlan, tunnel, tunnelBytes, type Way } from "./model.ts";
import { chooseWays, outerOf } from "./ways.ts";

/** What makes this node's routes to the others' pods as they shall be, from what the kernel has. */
export function planRoutes(local: LocalNode, remotes: readonly RemoteNode[], found: KernelState): RoutesPlan {
  const ways = chooseWays(local, remotes, found).map((way) => yieldTo(way, found));
  const { device, begins, ends } = planTunnel(local, ways, found);
  const wanted: Wanted = { routes: ways.flatMap((way) => routesOf(way, local)), ...device };
  // A tunnel made anew is empty, whatever the one before had.
  const present = begins.some(({ op }) => op === "link.delete") ? withoutTunnel(found) : found;
  return {
    ways,
    operations: [...begins, ...additions(wanted, present), ...removals(wanted, present), ...ends],
  };
}

type Wanted = Readonly<{
  routes: readonly OperationOf<"route.replace">[];
  neighbours: readonly OperationOf<"neighbour.replace">[];
  forwarding: readonly OperationOf<"forwarding.replace">[];
}>;

/** A route that someone else made to the same block is left as it is. */
function yieldTo(way: Way, { routes }: KernelState): Way {
  const { base: value, bits, family } = way.destination;
  const destination = formatAddress({ family, value });
  const other = routes.find(
    (route) => route.destination === destination && route.bits === bits && route.protocol !== routeOwner,
  );
  if (other === undefined) return way;
  const { node } = way;
  const because = `a route to ${formatCidr(way.destination)} by ${other.link ?? "nothing"} is there that is not Heddle's`;
  return { node, destination: way.destination, by: "none", because };
}

function routesOf(way: Way, local: LocalNode): readonly OperationOf<"route.replace">[] {
  if (way.by === "none") return [];
  const { destination, via } = way;
  const base = { op: "route.replace", in: "node", ...target(destination), via: formatAddress(via) } as const;
  if (way.by === "link") return [{ ...base, link: way.link }];
  // The node's own packets must come back by the tunnel, so they leave from an address among its pods'.
  const source = local.gateways.find(({ family }) => family === destination.family);
  return [
    {
      ...base,
      link: tunnel.name,
      onLink: true,
      ...(source === undefined ? {} : { source: formatAddress(source) }),
    },
  ];
}

const target = (cidr: Cidr): Readonly<{ destination: string; bits: number }> => ({
  destination: formatAddress(firstAddress(cidr)),
  bits: cidr.bits,
});

type TunnelPlan = Readonly<{
  device: Pick<Wanted, "neighbours" | "forwarding">;
  begins: readonly Operation[];
  ends: readonly Operation[];
}>;

/** The tunnel's link, while a way leads through it, and what it must know of its far ends. */
function planTunnel(local: LocalNode, ways: readonly Way[], found: KernelState): TunnelPlan {
  const present = found.links.find(({ name }) => name === tunnel.name);
  const through = ways.filter((way) => way.by === "tunnel");
  const outer = outerOf(local);
  const carrier = outer && carrierOf(outer, found);
  if (through.length === 0 || outer === undefined || carrier === undefined) {
    const ends: readonly Operation[] = present === undefined ? [] : [deleteTunnel];
    return { device: { neighbours: [], forwarding: [] }, begins: [], ends };
  }
  const settings: Tunnel = { id: tunnel.id, port: tunnel.port, local: formatAddress(outer), link: carrier.name };
  const mtu = carrier.mtu - tunnelBytes[outer.family];
  const mac = macOfNode(local.name);
  const isSame = present !== undefined && sameTunnel(present.vxlan, settings) && present.mac === mac;
  const add: Operation = { op: "link.add-vxlan", in: "node", name: tunnel.name, mac, mtu, ...settings };
  const begins: readonly Operation[] = isSame
    ? present.up && present.mtu === mtu
      ? []
      : [{ ...upTunnel, mtu }]
    : [...(present === undefined ? [] : [deleteTunnel]), add, ...sysctls, upTunnel];
  const link = tunnel.name;
  return {
    begins,
    ends: [],
    device: {
      neighbours: uniqueBy(through, ({ via }) => formatAddress(via)).map(({ node, via }) => ({
        op: "neighbour.replace",
        in: "node",
        link,
        address: formatAddress(via),
        mac: macOfNode(node),
      })),
      forwarding: uniqueBy(through, ({ node }) => node).map(({ node, to }) => ({
        op: "forwarding.replace",
        in: "node",
        link,
        mac: macOfNode(node),
        to: formatAddress(to),
      })),
    },
  };
}

const deleteTunnel: Operation = { op: "link.delete", in: "node", name: tunnel.name };
const upTunnel = { op: "link.set", in: "node", name: tunnel.name, up: true } as const;
const sysctl = (key: string, value: string): Operation => ({
  op: "sysctl.set",
  in: "node",
  key: `net/${key}`,
  value,
});
const sysctls: readonly Operation[] = [
  sysctl(`ipv6/conf/${tunnel.name}/addr_gen_mode`, "1"),
  sysctl(`ipv6/conf/${tunnel.name}/accept_ra`, "0"),
];

const sameTunnel = (a: Tunnel | undefined, b: Tunnel): boolean =>
  a !== undefined && a.id === b.id && a.port === b.port && a.local === b.local && a.link === b.link;

const carrierOf = (outer: IpAddress, { addresses, links }: KernelState): KernelState["links"][number] | undefined => {
  const name = addresses.find(({ address }) => address === formatAddress(outer))?.link;
  return links.find((link) => link.name === name);
};

const withoutTunnel = (found: KernelState): KernelState => ({
  ...found,
  routes: found.routes.filter(({ link }) => link !== tunnel.name),
  neighbours: found.neighbours.filter(({ link }) => link !== tunnel.name),
  forwarding: found.forwarding.filter(({ link }) => link !== tunnel.name),
});

function additions(wanted: Wanted, found: KernelState): readonly Operation[] {
  return [
    ...wanted.forwarding.filter(
      ({ mac, to }) => !found.forwarding.some((one) => one.link === tunnel.name && one.mac === mac && one.to === to),
    ),
    ...wanted.neighbours.filter(
      ({ address, mac }) =>
        !found.neighbours.some((one) => one.link === tunnel.name && one.address === address && one.mac === mac),
    ),
    ...wanted.routes.filter((route) => !found.routes.some((one) => sameRoute(one, route))),
  ];
}

const sameTarget = (
  a: Pick<ObservedRoute, "destination" | "bits">,
  b: Pick<ObservedRoute, "destination" | "bits">,
): boolean => a.destination === b.destination && a.bits === b.bits;

const sameRoute = (found: ObservedRoute, route: OperationOf<"route.replace">): boolean =>
  sameTarget(found, route) && found.link === route.link && found.via === route.via && found.source === route.source;

/** Of routes only those that Heddle made; of the tunnel everything, as it is Heddle's own. */
function removals(wanted: Wanted, found: KernelState): readonly Operation[] {
  const link = tunnel.name;
  return [
    ...found.routes
      .filter((one) => one.protocol === routeOwner && !wanted.routes.some((route) => sameTarget(one, route)))
      .map(({ destination, bits, via, link: by }): Operation => ({
        op: "route.delete",
        in: "node",
        destination,
        bits,
        ...(via === undefined ? {} : { via }),
        ...(by === undefined ? {} : { link: by }),
      })),
    ...found.neighbours
      .filter(
        (one) =>
          one.link === link && one.permanent && !wanted.neighbours.some(({ address }) => address === one.address),
      )
      .filter((one) => !isGroupMac(one.mac))
      .map(({ address }): Operation => ({ op: "neighbour.delete", in: "node", link, address })),
    ...found.forwarding
      .filter((one) => one.link === link && one.to !== undefined)
      .filter((one) => !wanted.forwarding.some(({ mac, to }) => mac === one.mac && to === one.to))
      .map(({ mac, to }): Operation => ({
        op: "forwarding.delete",
        in: "node",
        link,
        mac,
        ...(to === undefined ? {} : { to }),
      })),
  ];
}

const uniqueBy = <T>(list: readonly T[], keyOf: (one: T) => string): readonly T[] => [
  ...new Map(list.map((one) => [keyOf(one), one])).values(),
];
