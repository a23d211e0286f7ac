import { formatAddress } from "../../model/index.ts";
import { type Attachment } from "../addresses/model.ts";
import { type KernelState, type Operation } from "../kernel/model.ts";
import { bridgeMacOf, isGroupMac, isShaperName, linkNameOf, shaperNameOf } from "../links/names.ts";

/** Something in the kernel that is nobody's any more, by name, and what takes it away. */
export type LeftOver = Readonly<{ what: string; operation: Operation }>;

/**
 * What attachments that are no more have left on the node, the database that knew of them gone with them: intermediate
 * links, by names that only this agent gives, and permanent neighbours on bridges that it made.
 */
export function planSweep(
  { links, neighbours, forwarding }: Pick<KernelState, "links" | "neighbours" | "forwarding">,
  kept: readonly Attachment[],
): readonly LeftOver[] {
  const bridges = new Set(
    links.filter(({ name, kind, mac }) => kind === "bridge" && mac === bridgeMacOf(name)).map(nameOf),
  );
  const shapers = new Set(kept.map(({ key }) => shaperNameOf(key)));
  const ends = new Set(kept.map(({ key }) => linkNameOf(key)));
  const addresses = new Set(kept.flatMap((one) => one.addresses.map(({ address }) => formatAddress(address))));
  // An address that the book could not take in yet is still its pod's.
  const macs = new Set(forwarding.filter(({ link }) => ends.has(link)).map(({ mac }) => mac));
  return [
    ...neighbours
      .filter(({ link, permanent, mac }) => bridges.has(link) && permanent && !isGroupMac(mac) && !macs.has(mac))
      .filter(({ address }) => !addresses.has(address))
      .map(({ link, address }): LeftOver => ({
        what: `${address} on ${link}`,
        operation: { op: "neighbour.delete", in: "node", link, address },
      })),
    ...links
      .filter(({ name }) => isShaperName(name) && !shapers.has(name))
      .map(({ name }): LeftOver => ({ what: name, operation: { op: "link.delete", in: "node", name } })),
  ];
}

const nameOf = ({ name }: Readonly<{ name: string }>): string => name;
