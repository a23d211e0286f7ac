import {
  address,
  aligned,
  addressOf,
  type Attribute,
  decodeAttributes,
  listAttributes,
  numberOf,
  u32,
  viewOf,
} from "./attributes.ts";
import { familyNumber } from "./address.ts";
import { flag, type Message, type Reply } from "./message.ts";

/** linux/rtnetlink.h */
const type = { new: 24, delete: 25, get: 26 } as const;
const attribute = {
  destination: 1,
  out: 4,
  gateway: 5,
  priority: 6,
  source: 7,
  metrics: 8,
  hops: 9,
  table: 15,
} as const;
const metric = { mtu: 2, advmss: 8 } as const;
const tableMain = 254;
const unicast = 1;
const unreachable = 7;
const scope = { universe: 0, link: 253, nowhere: 255 } as const;
const onLink = 4;

/** Who made a route (rtm_protocol): one that no other program has in /etc/iproute2/rt_protos. */
export const routeOwner = 72;

/** A route in the main table. Without `link` it is unreachable: packets are answered with an error at once. */
export type Route = Readonly<{
  /** "10.244.1.0", "::" */
  destination: string;
  bits: number;
  link?: number | undefined;
  via?: string | undefined;
  /** The gateway is reached by the link though no address says so. */
  onLink?: boolean | undefined;
  /** The address that the node's own packets go out with. */
  source?: string | undefined;
  mtu?: number | undefined;
  /** The most bytes that TCP says it takes in one segment. */
  advmss?: number | undefined;
  priority?: number | undefined;
}>;

export type RouteState = Route &
  Readonly<{
    table: number;
    protocol: number;
    /** The links of its further next hops: each flow goes by one of them or by `link`. */
    otherLinks?: readonly number[];
  }>;

/** struct rtmsg and what both making and deleting name. */
function encode(route: Route, { forDelete }: Readonly<{ forDelete: boolean }>): Pick<Message, "body" | "attributes"> {
  const destination = address(route.destination);
  const family = destination.length === 4 ? 4 : 6;
  const reachable = route.link !== undefined;
  const body = new Uint8Array(12);
  const view = viewOf(body);
  view.setUint8(0, familyNumber[family]);
  view.setUint8(1, route.bits);
  view.setUint8(4, tableMain);
  view.setUint8(5, forDelete ? 0 : routeOwner);
  const near = family === 4 && reachable && route.via === undefined;
  view.setUint8(6, forDelete ? scope.nowhere : near ? scope.link : scope.universe);
  view.setUint8(7, reachable ? unicast : unreachable);
  view.setUint32(8, route.onLink === true && !forDelete ? onLink : 0, true);
  const optional = (number: number, value: Uint8Array | undefined): readonly Attribute[] =>
    value === undefined ? [] : [[number, value]];
  const addressed = (value: string | undefined): Uint8Array | undefined =>
    value === undefined ? undefined : address(value);
  const counted = (value: number | undefined): Uint8Array | undefined => (value === undefined ? undefined : u32(value));
  const metrics = [...optional(metric.mtu, counted(route.mtu)), ...optional(metric.advmss, counted(route.advmss))];
  return {
    body,
    attributes: [
      ...(route.bits === 0 ? [] : [[attribute.destination, destination] as const]),
      ...optional(attribute.gateway, addressed(route.via)),
      ...optional(attribute.source, addressed(route.source)),
      ...optional(attribute.out, counted(route.link)),
      ...optional(attribute.priority, counted(route.priority)),
      ...(metrics.length === 0 || forDelete ? [] : [[attribute.metrics, metrics] as const]),
    ],
  };
}

/** Makes the route, or puts it in the place of the one to the same destination with the same priority: never none. */
export const replaceRoute = (route: Route): Message => ({
  type: type.new,
  flags: flag.request | flag.ack | flag.create | flag.replace,
  ...encode(route, { forDelete: false }),
});

/** ESRCH when there is none that matches. */
export const deleteRoute = (route: Route): Message => ({
  type: type.delete,
  flags: flag.request | flag.ack,
  ...encode(route, { forDelete: true }),
});

/** Of one family: a dump of all would hold the local table's and multicast's as well. */
export function dumpRoutes(family: 4 | 6): Message {
  const body = new Uint8Array(12);
  viewOf(body).setUint8(0, familyNumber[family]);
  return {
    type: type.get,
    flags: flag.request | flag.dump,
    body,
    attributes: [[attribute.table, u32(tableMain)]],
  };
}

/** Reads RTM_NEWROUTE; undefined for routes that forward nothing: multicast, local. */
export function decodeRoute({ body }: Reply): RouteState | undefined {
  const view = viewOf(body);
  const kind = view.getUint8(7);
  if (kind !== unicast && kind !== unreachable) return undefined;
  const attributes = decodeAttributes(body.subarray(12));
  const family = view.getUint8(0);
  const [first, ...others] = hopsOf(attributes);
  const { link, via } = first ?? {};
  if (kind === unicast && link === undefined) return undefined;
  const source = addressOf(attributes.get(attribute.source));
  return {
    destination: addressOf(attributes.get(attribute.destination)) ?? (family === familyNumber[4] ? "0.0.0.0" : "::"),
    bits: view.getUint8(1),
    // An unreachable route of IPv6 names the loopback as its link.
    ...(kind === unreachable || link === undefined ? {} : { link }),
    ...(via === undefined ? {} : { via }),
    ...(others.length === 0 ? {} : { otherLinks: others.map((hop) => hop.link) }),
    ...((view.getUint32(8, true) & onLink) === 0 ? {} : { onLink: true }),
    ...(source === undefined ? {} : { source }),
    ...metricsOf(attributes.get(attribute.metrics)),
    priority: numberOf(attributes.get(attribute.priority)) ?? 0,
    table: numberOf(attributes.get(attribute.table)) ?? view.getUint8(4),
    protocol: view.getUint8(5),
  };
}

type Hop = Readonly<{ link: number; via?: string | undefined }>;

/** The one of a route that has one, else those of its list: of struct rtnexthop, each with attributes of its own. */
function hopsOf(attributes: ReadonlyMap<number, Uint8Array>): readonly Hop[] {
  const link = numberOf(attributes.get(attribute.out));
  if (link !== undefined) return [{ link, via: addressOf(attributes.get(attribute.gateway)) }];
  const list = attributes.get(attribute.hops) ?? new Uint8Array();
  const view = viewOf(list);
  const hops: Hop[] = [];
  for (let offset = 0; offset + hopBytes <= list.length;) {
    const length = view.getUint16(offset, true);
    if (length < hopBytes || offset + length > list.length) break;
    const own = decodeAttributes(list.subarray(offset + hopBytes, offset + length));
    hops.push({ link: view.getUint32(offset + 4, true), via: addressOf(own.get(attribute.gateway)) });
    offset += aligned(length);
  }
  return hops;
}

/** struct rtnexthop: its length, flags, weight and link. */
const hopBytes = 8;

function metricsOf(nested: Uint8Array = new Uint8Array()): Pick<Route, "mtu" | "advmss"> {
  const metrics = new Map(listAttributes(nested));
  const [mtu, advmss] = [numberOf(metrics.get(metric.mtu)), numberOf(metrics.get(metric.advmss))];
  return { ...(mtu === undefined ? {} : { mtu }), ...(advmss === undefined ? {} : { advmss }) };
}
