import { formatAddress, type IpAddress } from "../../model/index.ts";
import type { KernelState } from "../kernel/model.ts";
import { type Carrier, carrierOf } from "./carrier.ts";
import { type LocalNode, tunnel } from "./model.ts";

/** Where the tunnel's packets leave from, and what carries them; or why there can be no tunnel, for people. */
export type NearEnd = Readonly<{ outer: IpAddress; carrier: Carrier }> | Readonly<{ because: string }>;

/** From IPv4's address where there is one, as more nodes have it. */
export function nearEndOf(local: LocalNode, found: KernelState): NearEnd {
  const outer = local.addresses.find(({ family }) => family === 4) ?? local.addresses[0];
  if (outer === undefined) return { because: `${local.name} has no InternalIP that a tunnel could leave from` };
  const carrier = carrierOf(outer, found);
  return carrier === undefined ? { because: whyNone(outer, local, found) } : { outer, carrier };
}

function whyNone(outer: IpAddress, { name, bridges }: LocalNode, { addresses }: KernelState): string {
  const text = formatAddress(outer);
  const start = `a tunnel cannot leave from ${text}, the InternalIP of ${name}`;
  const holder = addresses.find(({ address, link }) => address === text && link !== tunnel.name)?.link;
  if (holder !== undefined)
    return `${start}: it is on ${holder}, which leads nowhere, and there is no default route of IPv${outer.family} that names its link`;
  const others = addresses
    .filter(({ link, scope }) => scope === "global" && ![...bridges, tunnel.name].includes(link))
    .filter(({ address }) => address.includes(":") === (outer.family === 6))
    .map(({ link, address }) => `${link} has ${address}`);
  const there = others.length === 0 ? "" : ` (${others.slice(0, mostNamed).join(", ")})`;
  return `${start}: it is on no link${there}; the kubelet's --node-ip can name one that is`;
}

const mostNamed = 4;
