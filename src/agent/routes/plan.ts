import { type Cidr, firstAddress, formatAddress, formatCidr } from "../../model/index.ts";
import type { KernelState, ObservedRoute, Operation, OperationOf } from "../kernel/model.ts";
import { routeOwner } from "../kernel/netlink/route.ts";
import { type LocalNode, type RemoteNode, type RoutesPlan, type RoutesStep, tunnel, type Way } from "./model.ts";
import {
  aboutTunnel,
  additionsTo,
  farEndOfWay,
  planTunnel,
  removalsFrom,
  together,
  withoutTunnel,
} from "./tunnel-plan.ts";
import { chooseWays } from "./ways.ts";

/** What makes this node's routes to the others' pods as they shall be, from what the kernel has. */
export function planRoutes(local: LocalNode, remotes: readonly RemoteNode[], found: KernelState): RoutesPlan {
  const ways = chooseWays(local, remotes, found).map((way) => yieldTo(way, found));
  const { begins, addresses, ends } = planTunnel(local, remotes, found);
  const present = begins.some(({ op }) => op === "link.delete") ? withoutTunnel(found) : found;
  const each = ways.map((way) => ({ way, entries: farEndOfWay(way), routes: routesOf(way, local) }));
  const routes = each.flatMap((one) => one.routes);
  const entries = { addresses, ...together(each.map((one) => one.entries)) };
  const removals: readonly Operation[] = [
    ...routeRemovals(routes, present),
    // With its link goes what it has.
    ...(ends.length > 0 ? ends : removalsFrom(entries, present)),
  ];
  const steps: readonly RoutesStep[] = [
    { about: aboutTunnel, operations: [...begins, ...additionsTo({ addresses }, present)] },
    ...each.map((one) => ({
      about: `${formatCidr(one.way.destination)} of ${one.way.node}`,
      way: one.way,
      operations: [
        ...additionsTo(one.entries, present),
        ...one.routes.filter((route) => !present.routes.some((other) => sameRoute(other, route))),
      ],
    })),
    ...removals.map((operation) => ({ about: "what is no more", operations: [operation] })),
  ];
  return { ways, steps: steps.filter(({ operations }) => operations.length > 0) };
}

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

const sameTarget = (
  a: Pick<ObservedRoute, "destination" | "bits">,
  b: Pick<ObservedRoute, "destination" | "bits">,
): boolean => a.destination === b.destination && a.bits === b.bits;

const sameRoute = (found: ObservedRoute, route: OperationOf<"route.replace">): boolean =>
  sameTarget(found, route) && found.link === route.link && found.via === route.via && found.source === route.source;

/** Only of those that Heddle made. */
const routeRemovals = (
  wanted: readonly OperationOf<"route.replace">[],
  { routes }: KernelState,
): readonly Operation[] =>
  routes
    .filter((one) => one.protocol === routeOwner && !wanted.some((route) => sameTarget(one, route)))
    .map(({ destination, bits, via, link: by }) => ({
      op: "route.delete",
      in: "node",
      destination,
      bits,
      ...(via === undefined ? {} : { via }),
      ...(by === undefined ? {} : { link: by }),
    }));
