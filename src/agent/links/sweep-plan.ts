import type { KernelState, Observation, Operation } from "../kernel/model.ts";
import { isGroupMac, isLinkName, isShaperName } from "./names.ts";

/** What must be looked at to find what is left over on a node. */
export const whatToSweep: Observation = { links: "all", neighbours: "all" };

/** What shall stay. */
export type Kept = Readonly<{
  bridge: string;
  /** Names of the node's ends, by `linkNameOf`, and of intermediate links, by `shaperNameOf`. */
  links: ReadonlySet<string>;
  /** The pods' addresses. */
  addresses: ReadonlySet<string>;
}>;

/**
 * Takes away what attachments that are no more have left on the node: links with names that only this agent gives, and
 * permanent neighbours on the bridge. Nothing else is touched.
 */
export function planSweep(found: KernelState, { bridge, links, addresses }: Kept): readonly Operation[] {
  const ours = (name: string): boolean => isLinkName(name) || isShaperName(name);
  return [
    ...found.neighbours
      .filter((one) => one.link === bridge && one.permanent && !isGroupMac(one.mac) && !addresses.has(one.address))
      .map(({ link, address }): Operation => ({ op: "neighbour.delete", in: "node", link, address })),
    ...found.links
      .filter(({ name }) => ours(name) && !links.has(name))
      .map(({ name }): Operation => ({ op: "link.delete", in: "node", name })),
  ];
}
