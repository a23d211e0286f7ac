import { formatAddress, type IpAddress } from "../../model/index.ts";
import type { KernelState, ObservedLink } from "../kernel/model.ts";
import { tunnel } from "./model.ts";

type Found = Pick<KernelState, "links" | "addresses" | "routes">;

/**
 * The link that packets with this sender leave by: the one that has the address, or that of the default route where a
 * loopback or a dummy has it, as on hosts that are routed to. Undefined when no link has it or no route leads away.
 */
export function carrierOf(address: IpAddress, found: Found): ObservedLink | undefined {
  const text = formatAddress(address);
  const holders = found.addresses.filter((one) => one.address === text && one.link !== tunnel.name);
  const links = holders.flatMap(({ link }) => found.links.find(({ name }) => name === link) ?? []);
  return (
    links.find((link) => !leadsNowhere(link)) ?? (links.length > 0 ? defaultLink(found, address.family) : undefined)
  );
}

/** The link that the default route leaves by; of several the one that the kernel prefers. */
export function defaultLink({ links, routes }: Found, family?: 4 | 6): ObservedLink | undefined {
  const leading = routes
    .filter(
      ({ bits, destination }) => bits === 0 && (family === undefined || destination.includes(":") === (family === 6)),
    )
    .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  const link = leading.find(({ link: name }) => name !== undefined)?.link;
  return links.find(({ name }) => name === link);
}

/** True for links that hold addresses and carry no packet off the node. */
export const leadsNowhere = ({ name, kind }: Pick<ObservedLink, "name" | "kind">): boolean =>
  name === "lo" || kind === "dummy";
