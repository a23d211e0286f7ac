import type { KernelState, ObservedRoute, Operation, OperationOf } from "../kernel/model.ts";
import { routeOwner } from "../kernel/netlink/route.ts";
import { type LocalNode, type RemoteNode, type RoutesPlan, type RoutesStep, tunnel, type Way } from "./model.ts";
import { createSpelling, type Spelling } from "./spelling.ts";
import {
  aboutTunnel,
  farEndOfWay,
  lackingIn,
  planTunnel,
  removalsFrom,
  together,
  tunnelStateOf,
  withoutTunnel,
} from "./tunnel-plan.ts";
import { chooseWays } from "./ways.ts";

/** What makes this node's routes to the others' pods as they shall be, from what the kernel has. */
export function planRoutes(local: LocalNode, others: readonly RemoteNode[], found: KernelState): RoutesPlan {
  const remotes = inFamiliesOf(local, others);
  const spelling = createSpelling();
  const { begins, addresses, ends } = planTunnel(local, remotes, found);
  const present = begins.some(({ op }) => op === "link.delete") ? withoutTunnel(found) : found;
  const standing = Map.groupBy(present.routes, targetOf);
  const ofTunnel = tunnelStateOf(present);
  const lacking = lackingIn(ofTunnel);
  const ways = chooseWays({ local, remotes, found }, spelling).map((way) => yieldTo(way, standing, spelling));
  const each = ways.map((way) => ({
    way,
    entries: farEndOfWay(way, spelling),
    routes: routesOf(way, local, spelling),
  }));
  const entries = { addresses, ...together(each.map((one) => one.entries)) };
  const removals: readonly Operation[] = [
    ...routeRemovals(new Set(each.flatMap(({ routes }) => routes.map(targetOf))), present),
    // With its link goes what it has.
    ...(ends.length > 0 ? ends : removalsFrom(entries, ofTunnel)),
  ];
  const steps: readonly RoutesStep[] = [
    { about: aboutTunnel, operations: [...begins, ...lacking({ addresses })] },
    ...each.map((one) => ({
      about: `${spelling.cidr(one.way.destination)} of ${one.way.node}`,
      way: one.way,
      operations: [...lacking(one.entries), ...one.routes.filter((route) => !stands(route, standing))],
    })),
    ...removals.map((operation) => ({ about: "what is no more", operations: [operation] })),
  ];
  return { ways, steps: steps.filter(({ operations }) => operations.length > 0) };
}

/**
 * Without the blocks of a family that this node gives its pods no address of: nobody here has a use for them, and where the
 * node has no IPv6 at all (`ipv6.disable=1`) every way to them would be refused.
 */
function inFamiliesOf({ gateways }: LocalNode, remotes: readonly RemoteNode[]): readonly RemoteNode[] {
  const families = new Set(gateways.map(({ family }) => family));
  return remotes.map((remote) => ({
    ...remote,
    podCidrs: remote.podCidrs.filter(({ family }) => families.has(family)),
  }));
}

/** What leads where, by `targetOf`. */
type Standing = ReadonlyMap<string, readonly ObservedRoute[]>;

/** A route that someone else made to the same block is left as it is. */
function yieldTo(way: Way, standing: Standing, spelling: Spelling): Way {
  const block = spelling.cidr(way.destination);
  const other = standing.get(block)?.find(({ protocol }) => protocol !== routeOwner);
  if (other === undefined) return way;
  const { node, destination } = way;
  const by = [other.link ?? "nothing", ...(other.otherLinks ?? [])].join(" and ");
  const because = `a route to ${block} by ${by} is there that is not Heddle's`;
  return { node, destination, by: "none", because };
}

function routesOf(way: Way, local: LocalNode, spelling: Spelling): readonly OperationOf<"route.replace">[] {
  if (way.by === "none") return [];
  const { destination, via } = way;
  const target = { destination: spelling.base(destination), bits: destination.bits };
  const base = { op: "route.replace", in: "node", ...target, via: spelling.address(via) } as const;
  if (way.by === "link") return [{ ...base, link: way.link }];
  // The node's own packets must come back by the tunnel, so they leave from an address among its pods'.
  const source = local.gateways.find(({ family }) => family === destination.family);
  return [
    {
      ...base,
      link: tunnel.name,
      onLink: true,
      ...(source === undefined ? {} : { source: spelling.address(source) }),
    },
  ];
}

/** As a block is written. */
const targetOf = ({ destination, bits }: Pick<ObservedRoute, "destination" | "bits">): string =>
  `${destination}/${bits}`;

const stands = (route: OperationOf<"route.replace">, standing: Standing): boolean =>
  (standing.get(targetOf(route)) ?? []).some(
    ({ link, otherLinks, via, source }) =>
      link === route.link && otherLinks === undefined && via === route.via && source === route.source,
  );

/** Only of those that Heddle made. */
const routeRemovals = (wanted: ReadonlySet<string>, { routes }: KernelState): readonly Operation[] =>
  routes
    .filter((one) => one.protocol === routeOwner && !wanted.has(targetOf(one)))
    .map(({ destination, bits, via, link: by }) => ({
      op: "route.delete",
      in: "node",
      destination,
      bits,
      ...(via === undefined ? {} : { via }),
      ...(by === undefined ? {} : { link: by }),
    }));
