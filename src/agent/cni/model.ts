import { type Cidr, type ClusterId, type IpAddress } from "../../model/index.ts";
import { type AttachedPod, type RangeSet } from "../addresses/model.ts";
import { type Bandwidth, type HostPort } from "../asked-of-node.ts";
import { type AttachmentKey } from "../attachment.ts";

/** The versions of the CNI specification that Heddle speaks, oldest first. */
export const cniVersions = ["0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;
export type CniVersion = (typeof cniVersions)[number];

export const latestCniVersion: CniVersion = "1.1.0";

/** The operations of the protocol; VERSION the client answers by itself. */
export const cniVerbs = ["ADD", "DEL", "CHECK", "STATUS", "GC"] as const;
export type CniVerb = (typeof cniVerbs)[number];

/** An interface as the protocol tells it. Without `sandbox` it is the node's. */
export type CniInterface = Readonly<{
  name: string;
  mac?: string | undefined;
  mtu?: number | undefined;
  /** Path of the network namespace. */
  sandbox?: string | undefined;
  socketPath?: string | undefined;
  pciID?: string | undefined;
}>;

/** An address as the protocol tells it: "10.244.1.10/24", with the place of its interface in the list. */
export type CniAddress = Readonly<{ address: string; gateway?: string | undefined; interface?: number | undefined }>;

export type CniRoute = Readonly<{
  dst: string;
  gw?: string | undefined;
  mtu?: number | undefined;
  advmss?: number | undefined;
  priority?: number | undefined;
  table?: number | undefined;
  scope?: number | undefined;
}>;

export type CniDns = Readonly<{
  nameservers?: readonly string[] | undefined;
  domain?: string | undefined;
  search?: readonly string[] | undefined;
  options?: readonly string[] | undefined;
}>;

/** What ADD answers, as 1.1.0 has it; other versions are made of it on the way out. */
export type CniResult = Readonly<{
  interfaces: readonly CniInterface[];
  ips: readonly CniAddress[];
  routes: readonly CniRoute[];
  dns: CniDns;
}>;

/** The classes of traffic that a network may name as its default. */
export const qosClasses = ["latency-sensitive", "throughput", "best-effort"] as const;
export type QosClass = (typeof qosClasses)[number];

/**
 * Which other nodes' pods are reached by a tunnel: of those nodes that no link is shared with, or of all. A cloud's network
 * that drops packets with addresses that are not the machine's own wants all.
 */
export const tunnelUses = ["where-needed", "always"] as const;
export type TunnelUse = (typeof tunnelUses)[number];

/** What a pod reaches by its gateway of the family, or by another address of the network. */
export type RouteConfig = Readonly<{
  dst: Cidr;
  gw?: IpAddress | undefined;
  mtu?: number | undefined;
  advmss?: number | undefined;
  priority?: number | undefined;
}>;

/** The configuration of one network, checked: what holds for each attachment of it. */
export type NetworkConfig = Readonly<{
  name: string;
  bridge: string;
  /** Bytes; 0 is the uplink's. */
  mtu: number;
  /** An attachment gets one address out of each. */
  rangeSets: readonly RangeSet[];
  routes: readonly RouteConfig[];
  dns: CniDns;
  /** Where the agent of each node keeps what it gave out. */
  databasePath?: string | undefined;
  clusterId?: ClusterId | undefined;
  qosClass: QosClass;
  tunnel: TunnelUse;
}>;

/** What the runtime asks for one attachment, by runtimeConfig, `args` and CNI_ARGS. */
export type Asked = Readonly<{
  addresses: readonly IpAddress[];
  /** "c2:11:22:33:44:55" */
  mac?: string | undefined;
  portMappings: readonly HostPort[];
  bandwidth?: Bandwidth | undefined;
  aliases: readonly string[];
  /** The pod's annotations, where the runtime tells them. */
  annotations: Readonly<Record<string, string>>;
}>;

export type AddRequest = Readonly<{
  key: AttachmentKey;
  /** Path of the pod's network namespace. */
  netns: string;
  config: NetworkConfig;
  pod?: AttachedPod | undefined;
  asked: Asked;
  /** Of the plugin before this one in a chain. */
  prevResult?: CniResult | undefined;
}>;

/** Like ADD's, with the result that the whole chain's ADD had. */
export type CheckRequest = AddRequest & Readonly<{ prevResult: CniResult }>;

/** Without configuration: what is torn down is in the book and in the kernel, and a broken file must not hold it up. */
export type DelRequest = Readonly<{
  key: AttachmentKey;
  /** Undefined when the pod's namespace is gone. */
  netns?: string | undefined;
  /** When it was called for, in ms since the epoch, where that is long ago: what was added since is not meant. */
  calledAtMs?: number | undefined;
}>;

export type GcRequest = Readonly<{
  network: string;
  /** The attachments of the network that the runtime still has. */
  valid: readonly AttachmentKey[];
}>;

/**
 * The verbs as work on the node. Fails with a CniError where the code matters to the runtime. Verbs of one attachment come
 * one after another, those of different ones at the same time; GC comes alone.
 */
export type PodNetwork = Readonly<{
  /**
   * Makes the interface and answers what was made, without what `prevResult` has. Fails and changes nothing when the
   * namespace is missing (code 3) or has an interface of the name (code 100).
   */
  add(request: AddRequest, signal: AbortSignal): Promise<CniResult>;
  /** Succeeds as often as it is called, with whatever is left of the attachment. */
  del(request: DelRequest, signal: AbortSignal): Promise<void>;
  /** Compares the kernel with `prevResult`; fails with code 103, naming the difference. */
  check(request: CheckRequest, signal: AbortSignal): Promise<void>;
  /**
   * Fails with 50 when no pod could be added, of which HEDDLE_ADDRESSES_EXHAUSTED is the cause where every address is held;
   * with 51 when those that are there may have lost their network too.
   */
  status(config: NetworkConfig, signal: AbortSignal): Promise<void>;
  /** Frees what is not in `valid` and has no interface; goes on past errors and tells all of them. */
  gc(request: GcRequest, signal: AbortSignal): Promise<void>;
  /**
   * Frees what pods hold that are gone, interface and namespace both: their runtime died, and no DEL will come. Beside no
   * other verb. Answers how many there were.
   */
  reclaim(): Promise<number>;
}>;
