import type { AttachedRoute } from "../addresses/model.ts";
import type { AttachmentKey } from "../attachment.ts";

/** What all pods of a node share: the bridge and its addresses, which are the pods' gateways. */
export type NodeLinks = Readonly<{
  bridge: string;
  /** The uplink's, less what a tunnel adds. */
  mtu: number;
  gateways: readonly Readonly<{ address: string; bits: number }>[];
  /**
   * Links that learn IPv6 routes from router advertisements: a node that forwards goes on learning only when told to.
   */
  advertised?: readonly string[];
}>;

/** One attachment as it shall be. */
export type PodLink = Readonly<{
  key: AttachmentKey;
  /** The path of the pod's network namespace. */
  netns: string;
  bridge: string;
  mtu: number;
  /** The MAC asked for; derived from the key by default. */
  mac?: string | undefined;
  /** Each with its gateway, an address of the bridge. */
  addresses: readonly Readonly<{ address: string; gateway: string }>[];
  routes: readonly AttachedRoute[];
}>;

/** Something in the kernel that is not as it shall be, in words. */
export type Difference = Readonly<{ what: string; expected: string; found: string }>;
