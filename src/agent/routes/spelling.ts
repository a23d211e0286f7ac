import { type Cidr, firstAddress, formatAddress, type IpAddress } from "../../model/index.ts";
import { macOfNode } from "./far-end.ts";

/**
 * How the kernel writes addresses, blocks, and the MACs of nodes' ends of the tunnel. Each object's is worked out once and
 * then kept, so it is made for one plan: with some hundred nodes these words are most of a plan's work.
 */
export type Spelling = Readonly<{
  address(address: IpAddress): string;
  /** Without its length. */
  base(block: Cidr): string;
  cidr(block: Cidr): string;
  /** Of the node with that name. */
  mac(node: string): string;
}>;

export function createSpelling(): Spelling {
  // By the objects: numbers of this size are slow to look up by.
  const addresses = new Map<IpAddress, string>();
  const bases = new Map<Cidr, string>();
  const macs = new Map<string, string>();
  const base = (block: Cidr): string => bases.getOrInsertComputed(block, baseText);
  return {
    address: (one) => addresses.getOrInsertComputed(one, formatAddress),
    base,
    cidr: (block) => `${base(block)}/${block.bits}`,
    mac: (node) => macs.getOrInsertComputed(node, macOfNode),
  };
}

const baseText = (block: Cidr): string => formatAddress(firstAddress(block));
