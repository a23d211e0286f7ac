import type { Cidr, IpAddress } from "../../model/index.ts";
import type { HostPort } from "../asked-of-node.ts";

/** The name of Heddle's nftables table, for both families. Nothing else in netfilter is touched. */
export const tableName = "heddle";

/** What the node's rules follow from. */
export type NodeRules = Readonly<{
  /** Those that pods are attached to; at least one. */
  bridges: readonly string[];
  /** Where this node's pods have their addresses. */
  pods: readonly Cidr[];
  /** Where all nodes' pods have theirs: what goes there keeps its sender. */
  cluster: readonly Cidr[];
  /**
   * Where other nodes' tunnels leave from: whatever else says that it comes by the tunnel is not let in. Undefined while the
   * nodes were not heard of: then all of it is.
   */
  peers: readonly IpAddress[] | undefined;
}>;

/** A pod's host ports. */
export type PodPorts = Readonly<{ addresses: readonly IpAddress[]; ports: readonly HostPort[] }>;
