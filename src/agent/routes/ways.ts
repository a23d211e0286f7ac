import { type IpAddress, lastAddress, networkOf, parseAddress } from "../../model/index.ts";
import type { KernelState } from "../kernel/model.ts";
import { leadsNowhere } from "./carrier.ts";
import { farEndOf } from "./far-end.ts";
import { type LocalNode, type RemoteNode, tunnel, type Way } from "./model.ts";
import { type NearEnd, nearEndOf } from "./near-end.ts";
import type { Spelling } from "./spelling.ts";

export type Surroundings = Readonly<{ local: LocalNode; remotes: readonly RemoteNode[]; found: KernelState }>;

/** For each block of pods of each other node, how it is reached. */
export function chooseWays({ local, remotes, found }: Surroundings, spelling: Spelling): readonly Way[] {
  const links = local.tunnel === "always" ? [] : linksOf(local, found);
  const reason = local.tunnel === "always" ? `heddle.tunnel is "always"` : undefined;
  const nearEnd = nearEndOf(local, found);
  return remotes.flatMap((remote) =>
    remote.podCidrs.map((destination) => choose({ remote, destination, links, nearEnd, reason, spelling })),
  );
}

type SharedLink = Readonly<{ link: string; holds(address: IpAddress): boolean }>;

/** The networks that this node is in, its pods' and the tunnel's aside. */
function linksOf({ bridges }: LocalNode, { addresses, links }: KernelState): readonly SharedLink[] {
  const up = new Set(links.filter((link) => link.up && !leadsNowhere(link)).map(({ name }) => name));
  return addresses.flatMap(({ link, address: text, bits, scope }) => {
    if (scope !== "global" || !up.has(link) || link === tunnel.name || bridges.includes(link)) return [];
    const address = parseAddress(text);
    if (address === undefined) return [];
    const network = networkOf({ address, bits });
    const [first, last] = [network.base, lastAddress(network).value];
    const holds = ({ family, value }: IpAddress): boolean =>
      family === address.family && value >= first && value <= last && value !== address.value;
    return [{ link, holds }];
  });
}

type Choice = Readonly<{
  remote: RemoteNode;
  destination: Way["destination"];
  links: readonly SharedLink[];
  nearEnd: NearEnd;
  /** Why no link would do, where none is looked for. */
  reason: string | undefined;
  spelling: Spelling;
}>;

function choose({ remote, destination, links, nearEnd, reason, spelling }: Choice): Way {
  const way = { node: remote.name, destination };
  const neighbours = remote.addresses.filter(({ family }) => family === destination.family);
  for (const via of neighbours) {
    const shared = links.find(({ holds }) => holds(via));
    if (shared !== undefined)
      return { ...way, by: "link", link: shared.link, via, because: `${spelling.address(via)} is on ${shared.link}` };
  }
  const why = reason ?? `no link is shared with ${remote.name}`;
  if ("because" in nearEnd) return { ...way, by: "none", because: `${why}, and ${nearEnd.because}` };
  const { family } = nearEnd.outer;
  const to = remote.addresses.find((address) => address.family === family);
  if (to === undefined)
    return { ...way, by: "none", because: `${remote.name} has no IPv${family} address that a tunnel could end at` };
  const because = `${why}: by tunnel to ${spelling.address(to)}`;
  return { ...way, by: "tunnel", via: farEndOf(spelling.mac(remote.name), destination), to, because };
}
