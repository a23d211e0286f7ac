import { createHash } from "node:crypto";
import type {
  Element,
  KernelState,
  Observation,
  ObservedAddress,
  ObservedForwarding,
  ObservedLink,
  ObservedNeighbour,
  ObservedRoute,
  ShaperPlan,
  Tunnel,
} from "./model.ts";
import { decodeAddress, dumpAddresses } from "./netlink/address.ts";
import { dumpLinks } from "./netlink/link.ts";
import { decodeLink, type LinkState } from "./netlink/link-state.ts";
import {
  decodeForwarding,
  decodeNeighbour,
  dumpForwarding,
  dumpNeighbours,
  getNeighbour,
  type NeighbourState,
} from "./netlink/neighbour.ts";
import { bodyInTable, decodeElements, dumpChains, dumpElements, dumpRules } from "./netlink/nftables.ts";
import { decodeShaper, dumpIngressPrograms, dumpQueues } from "./netlink/qdisc.ts";
import { decodeRoute, dumpRoutes } from "./netlink/route.ts";
import type { IpFamily } from "../../model/index.ts";
import type { Ground } from "./ground.ts";
import { SystemRefusal } from "./netlink-socket.ts";

/** Reads what is asked for, with links by their names. Throws a SystemRefusal. */
export function observe(what: Observation, ground: Ground): KernelState {
  const links = linksOf(what, ground);
  const names = new Map(links.map(({ index, name }) => [index, name]));
  const nameOf = (index: number): string => names.get(index) ?? "";
  const wanted = what.links === "all" ? undefined : new Set(what.links);
  const families = [4, 6] as const;
  return {
    links: links.filter(({ name }) => wanted?.has(name) ?? true).map((link) => named(link, nameOf)),
    addresses:
      what.addresses === true
        ? ground.dump(dumpAddresses()).flatMap((reply): ObservedAddress[] => {
            const state = decodeAddress(reply);
            // Of a node with a thousand pods not every link is read to name one.
            return names.has(state.link) ? [{ ...state, link: nameOf(state.link) }] : [];
          })
        : [],
    routes:
      what.routes === true
        ? families
            .flatMap((family) => mainTable(family, ground))
            .flatMap((reply): ObservedRoute[] => {
              const route = decodeRoute(reply);
              if (route === undefined) return [];
              const { link, otherLinks, ...rest } = route;
              const others = otherLinks === undefined ? {} : { otherLinks: otherLinks.map(nameOf) };
              return [{ ...rest, ...others, ...(link === undefined ? {} : { link: nameOf(link) }) }];
            })
        : [],
    neighbours: neighboursOf(what, ground).map((state): ObservedNeighbour => ({ ...state, link: nameOf(state.link) })),
    forwarding:
      what.forwarding === true
        ? ground.dump(dumpForwarding()).flatMap((reply): ObservedForwarding[] => {
            const state = decodeForwarding(reply);
            if (state === undefined) return [];
            const { master: _, ...rest } = state;
            return [{ ...rest, link: nameOf(rest.link) }];
          })
        : [],
    shapers:
      what.shapers === true
        ? ground.dump(dumpQueues()).flatMap((reply): ShaperPlan[] => {
            const shaper = decodeShaper(reply);
            return shaper === undefined ? [] : [{ ...shaper, link: nameOf(shaper.link) }];
          })
        : [],
    ...(what.redirects && { redirects: what.redirects.filter((name) => hasProgram(name, ground)) }),
    ...(what.table === undefined ? {} : { table: tableOf(what.table, ground) }),
    sysctls: new Map(
      (what.sysctls ?? []).flatMap((key) => {
        const value = ground.readSysctl(key);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
  };
}

function hasProgram(name: string, ground: Ground): boolean {
  const link = ground.find(name);
  return link !== undefined && ground.dump(dumpIngressPrograms(link.index)).length > 0;
}

/** A namespace that never had a route has no table of them. */
function mainTable(family: IpFamily, ground: Ground): ReturnType<Ground["dump"]> {
  try {
    return ground.dump(dumpRoutes(family));
  } catch (error) {
    if (error instanceof SystemRefusal && error.errno === "ENOENT") return [];
    throw error;
  }
}

/** All of them where names must be found, else only those asked for. */
function linksOf(what: Observation, ground: Ground): readonly LinkState[] {
  const needsNames = what.routes || what.forwarding || what.shapers || what.neighbours === "all";
  if (what.links === "all" || needsNames || (what.addresses && what.links === undefined))
    return ground.dump(dumpLinks()).map(decodeLink);
  const neighbours = typeof what.neighbours === "object" ? what.neighbours : [];
  const asked = new Set([...(what.links ?? []), ...neighbours.map(({ link }) => link)]);
  const found = [...asked].map((name) => ground.find(name)).filter((link) => link !== undefined);
  return found;
}

function named({ master, vxlan, ...rest }: LinkState, nameOf: (index: number) => string): ObservedLink {
  return {
    ...rest,
    ...(master === undefined ? {} : { bridge: nameOf(master) }),
    ...(vxlan === undefined ? {} : { vxlan: namedTunnel(vxlan, nameOf) }),
  };
}

const namedTunnel = ({ link, ...rest }: NonNullable<LinkState["vxlan"]>, nameOf: (index: number) => string): Tunnel =>
  link === undefined ? rest : { ...rest, link: nameOf(link) };

function neighboursOf(what: Observation, ground: Ground): readonly NeighbourState[] {
  if (what.neighbours === undefined) return [];
  if (what.neighbours === "all")
    return ([4, 6] as const)
      .flatMap((family) => ground.dump(dumpNeighbours(family)))
      .flatMap((reply) => decodeNeighbour(reply) ?? []);
  return what.neighbours.flatMap(({ link, address }) => {
    try {
      const index = ground.indexOf(link);
      return ground.ask(getNeighbour({ link: index, address })).flatMap((reply) => decodeNeighbour(reply) ?? []);
    } catch (error) {
      if (error instanceof SystemRefusal && ["ENOENT", "ENODEV"].includes(error.errno)) return [];
      throw error;
    }
  });
}

/** Undefined when one of the sets, or the table with them, is not there. */
function tableOf({ name, sets, blocks = [] }: NonNullable<Observation["table"]>, ground: Ground): KernelState["table"] {
  try {
    const digest = createHash("sha256");
    for (const reply of [...ground.dumpFilter(dumpChains()), ...ground.dumpFilter(dumpRules(name))])
      digest.update(bodyInTable(reply, name) ?? new Uint8Array());
    const elementsOf = (set: string): readonly Element[] =>
      ground.dumpFilter(dumpElements(name, set)).flatMap(decodeElements);
    for (const set of blocks) for (const { key } of elementsOf(set)) digest.update(set).update(key);
    const elements = sets.flatMap(elementsOf);
    return { fingerprint: digest.digest("hex"), elements };
  } catch (error) {
    if (error instanceof SystemRefusal && error.errno === "ENOENT") return undefined;
    throw error;
  }
}
