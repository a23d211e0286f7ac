import { formatAddress, type IpAddress } from "../../model/index.ts";
import type { KernelState, ObservedLink } from "../kernel/model.ts";
import { tunnel } from "./model.ts";

type Found = Pick<KernelState, "links" | "addresses" | "routes">;

/**
 * What carries packets off the node: the link that has their sender's address, or those that the default route leaves by,
 * as many as it has next hops.
 */
export type Carrier = Readonly<{
  because: "address" | "route";
  links: readonly string[];
  /** The least of the links'. */
  mtu: number;
}>;

/**
 * What carries packets with this sender: the link that has the address, or the default route where a loopback or a dummy
 * has it, as on hosts that are routed to. Undefined when no link has it or no route leads away.
 */
export function carrierOf(address: IpAddress, found: Found): Carrier | undefined {
  const text = formatAddress(address);
  const holders = found.addresses.filter((one) => one.address === text && one.link !== tunnel.name);
  const links = holders.flatMap(({ link }) => found.links.find(({ name }) => name === link) ?? []);
  const holder = links.find((link) => !leadsNowhere(link));
  if (holder !== undefined) return carrierBy("address", [holder]);
  return links.length > 0 ? defaultCarrier(found, address.family) : undefined;
}

/** The links that the default route leaves by; of several routes the one that the kernel prefers. */
export function defaultCarrier({ links, routes }: Found, family?: 4 | 6): Carrier | undefined {
  const [leading] = routes
    .filter(({ bits, link }) => bits === 0 && link !== undefined)
    .filter(({ destination }) => family === undefined || destination.includes(":") === (family === 6))
    .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  const names = new Set([leading?.link, ...(leading?.otherLinks ?? [])]);
  return carrierBy(
    "route",
    links.filter(({ name }) => names.has(name)),
  );
}

const carrierBy = (because: Carrier["because"], links: readonly ObservedLink[]): Carrier | undefined =>
  links.length === 0
    ? undefined
    : { because, links: links.map(({ name }) => name), mtu: Math.min(...links.map(({ mtu }) => mtu)) };

/** True for links that hold addresses and carry no packet off the node. */
export const leadsNowhere = ({ name, kind }: Pick<ObservedLink, "name" | "kind">): boolean =>
  name === "lo" || kind === "dummy";
