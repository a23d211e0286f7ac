import {
  type Cidr,
  cidrContains,
  firstAddress,
  networkOf,
  formatAddress,
  formatCidr,
  type IpAddress,
  sharedCidr,
} from "../../model/index.ts";
import { type HeldAddress, type Pool } from "../addresses/model.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import { type NetworkConfig, type TunnelUse } from "../cni/model.ts";
import { type NodeLinks } from "../links/model.ts";
import { type RemoteNode } from "../routes/model.ts";
import { type NodeRules } from "../rules/model.ts";
import { nodeLinksOf } from "./describe.ts";

/** A network as it is on this node: several may stand beside each other, on bridges of their own or on one. */
export type NodeNetwork = Readonly<{ config: NetworkConfig; pools: readonly Pool[]; links: NodeLinks }>;

export const networkOnNode = (config: NetworkConfig, pools: readonly Pool[], mtu: number): NodeNetwork => ({
  config,
  pools,
  links: nodeLinksOf({ bridge: config.bridge, mtu }, pools),
});

const blocksOf = ({ pools }: NodeNetwork): readonly Cidr[] => pools.flat().map(({ network }) => network);

export const gatewaysOf = (networks: readonly NodeNetwork[]): readonly IpAddress[] =>
  networks.flatMap(({ pools }) => pools.flat().map(({ gateway }) => gateway));

export const bridgesOf = (networks: readonly NodeNetwork[]): readonly string[] =>
  [...new Set(networks.map(({ config }) => config.bridge))].toSorted();

/** All pods of the node take the same ways: one network that wants the tunnel is enough. */
export const tunnelUseOf = (networks: readonly NodeNetwork[]): TunnelUse =>
  networks.some(({ config }) => config.tunnel === "always") ? "always" : "where-needed";

/** The ranges of all, each once: networks of one bridge may share some. */
export const rangesOf = (pools: readonly Pool[]): Pool => [
  ...new Map(
    pools
      .flat()
      .map((range) => [
        `${formatCidr(range.network)} ${formatAddress(range.first)} ${formatAddress(range.last)}`,
        range,
      ]),
  ).values(),
];

/** What the node's rules follow from besides its networks: what its pods hold, and the other nodes, as far as they are known. */
export type BesideNetworks = Readonly<{
  held: readonly HeldAddress[];
  others: readonly RemoteNode[];
  /** All nodes were heard of. */
  complete: boolean;
}>;

/**
 * The node's rules for all of its networks. What stays inside the cluster keeps its sender: what goes to other nodes' pods,
 * and to all that the configurations' pools hold, as a node may not be heard of yet. Pods of before a change of the configuration are pods still, by their blocks.
 */
export const rulesOf = (networks: readonly NodeNetwork[], { held, others, complete }: BesideNetworks): NodeRules => {
  const blocks = networks.flatMap(blocksOf);
  const before = held.filter(({ address }) => !blocks.some((block) => cidrContains(block, address))).map(networkOf);
  const pods = [...blocks, ...before];
  const subnets = networks.flatMap(({ config }) => config.rangeSets.flat().map(({ subnet }) => subnet));
  // A pool of the whole cluster's has them all: the rules stay as they are, whichever node comes.
  const beyond = others
    .flatMap(({ podCidrs }) => podCidrs)
    .filter((block) => !subnets.some((subnet) => covers(subnet, block)));
  return {
    bridges: bridgesOf(networks),
    pods: distinct(pods),
    cluster: distinct([...subnets, ...pods, ...beyond]),
    peers: complete || others.length > 0 ? others.flatMap(({ addresses }) => addresses) : undefined,
  };
};

const covers = (subnet: Cidr, block: Cidr): boolean =>
  subnet.bits <= block.bits && cidrContains(subnet, firstAddress(block));

/** In one order, whichever network came first. */
const distinct = (cidrs: readonly Cidr[]): readonly Cidr[] =>
  [...new Map(cidrs.map((cidr) => [formatCidr(cidr), cidr]))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, cidr]) => cidr);

/** Throws a CniError with code 7 where a network cannot stand beside the others: the node could not tell whose pod is where. */
export function refuseConflict(wanted: NodeNetwork, others: readonly NodeNetwork[]): void {
  const { bridge, mtu } = wanted.config;
  for (const other of others) {
    const { config } = other;
    if (config.bridge !== bridge) refuseSharedBlock(wanted, other);
    else if (config.name !== wanted.config.name && mtu !== 0 && config.mtu !== 0 && config.mtu !== mtu)
      throw invalid(`mtu: ${mtu}: the bridge ${bridge} has ${config.mtu} by the network ${config.name}`);
  }
}

function refuseSharedBlock(wanted: NodeNetwork, other: NodeNetwork): void {
  for (const block of blocksOf(wanted))
    for (const taken of blocksOf(other))
      if (sharedCidr(block, taken) !== undefined)
        throw invalid(
          `bridge: "${wanted.config.bridge}": the addresses ${formatCidr(block)} are on the bridge ${other.config.bridge}, by the network ${other.config.name}: name that bridge, or ranges elsewhere, or drain the node`,
        );
}

const invalid = (details: string): CniError =>
  new CniError("invalid network configuration", { cniCode: cniCodes.invalidConfig, details });
