import { HeddleError } from "../../base/index.ts";
import type { AddressState } from "./netlink/address.ts";
import type { SentTo } from "./netlink/conntrack.ts";
import type { LinkState } from "./netlink/link-state.ts";
import type { PortSettings } from "./netlink/link.ts";
import type { ForwardingState, NeighbourState } from "./netlink/neighbour.ts";
import type { Element } from "./netlink/nftables.ts";
import type { Shaper } from "./netlink/qdisc.ts";
import type { Route, RouteState } from "./netlink/route.ts";

export type { Element } from "./netlink/nftables.ts";
export type { PortSettings } from "./netlink/link.ts";

/** In which network namespace an operation runs: the agent's own, or the one that the batch names. */
export type Place = "node" | "pod";

/** One end of a veth. */
export type VethEnd = Readonly<{ name: string; mac: string }>;

/** Links are named, not numbered: numbers differ between namespaces and boots. */
type Named<T extends { link?: unknown }> = Readonly<
  Omit<T, "link"> & (T extends { link: number } ? { link: string } : { link?: string })
>;

export type RoutePlan = Named<Route>;
export type ShaperPlan = Named<Shaper>;

/**
 * What the kernel is to do, as data. What adds or replaces succeeds when it is so already, except a veth: its names must
 * be free. What deletes succeeds when there is nothing any more.
 */
export type Operation =
  /** Both ends at once, the pod's straight in its namespace; the node's up and a port of `bridge`. */
  | Readonly<{ op: "link.add-veth"; node: VethEnd; pod: VethEnd; bridge?: string; mtu: number }>
  | Readonly<{ op: "link.add-bridge"; in: Place; name: string; mac: string; mtu: number }>
  | Readonly<{ op: "link.add-vxlan"; in: Place; name: string; mac: string; mtu: number } & Tunnel>
  | Readonly<{ op: "link.add-ifb"; in: Place; name: string; mtu: number }>
  | Readonly<{ op: "link.set"; in: Place; name: string } & LinkSettings>
  | Readonly<{ op: "link.delete"; in: Place; name: string }>
  /** Waits, for half a second at most, until packets can pass: a link that has come up is told to its bridge later. */
  | Readonly<{ op: "link.settle"; in: Place; name: string }>
  /** An IPv6 address is usable at once: nobody is asked whether it is taken. */
  | Readonly<{ op: "address.add" | "address.delete"; in: Place; link: string; address: string; bits: number }>
  | Readonly<{ op: "route.replace" | "route.delete"; in: Place } & RoutePlan>
  | Readonly<{ op: "neighbour.replace"; in: Place; link: string; address: string; mac: string }>
  | Readonly<{ op: "neighbour.delete"; in: Place; link: string; address: string }>
  /** Of a bridge, at its port `link`; with `to`, of the VXLAN `link`. */
  | Readonly<{ op: "forwarding.replace" | "forwarding.delete"; in: Place; link: string; mac: string; to?: string }>
  /** What leaves by the link goes through a token bucket: bytes a second, bytes at once, bytes that may wait. */
  | Readonly<{ op: "shaper.set"; in: "node" } & ShaperPlan>
  /** What comes in by `link` goes out by `to` instead. */
  | Readonly<{ op: "redirect.set"; in: "node"; link: string; to: string }>
  /** An element of a set or a map of an nftables table for both families. */
  | Readonly<{ op: "element.add" | "element.delete"; in: "node" } & Element>
  /** Forgets where flows were led that were sent to this port: the next packet is led anew. */
  | Readonly<{ op: "flows.forget"; in: "node" } & SentTo>
  /** `key` is the path below /proc/sys. */
  | Readonly<{ op: "sysctl.set"; in: Place; key: string; value: string }>;

/** The operation of that name, also where it shares its form with another. */
export type OperationOf<Name extends Operation["op"], All = Operation> = All extends { op: infer Names }
  ? Name extends Names
    ? All
    : never
  : never;

export type LinkSettings = Readonly<{
  up?: boolean;
  mtu?: number;
  mac?: string;
  /** The name of the bridge whose port it becomes. */
  bridge?: string;
  /** A note of up to 255 bytes that the kernel keeps with the link. */
  alias?: string;
  /** Only for a port of a bridge. */
  port?: PortSettings;
}>;

/** A VXLAN's: `local` is the address that its packets leave from, `link` carries them. */
export type Tunnel = Readonly<{ id: number; port: number; local: string; link?: string | undefined }>;

/** `changed` is false when it was so already. */
export type OperationResult = Readonly<{ changed: boolean }>;

export type Batch = Readonly<{
  /** The path of the pod's network namespace. Without it no operation may run in "pod". */
  netns?: string | undefined;
  operations: readonly Operation[];
  /** Run, whatever each answers, when an operation was refused after others were done. */
  undo?: readonly Operation[];
}>;

/** What to look at; what is not named is not looked at. */
export type Observation = Readonly<{
  /** The path of a pod's network namespace; the node's own without. */
  netns?: string | undefined;
  /** All, or those of these names that are there. */
  links?: "all" | readonly string[];
  /** Of the links that are named, or of all. */
  addresses?: boolean;
  /** The main table's. */
  routes?: boolean;
  /** All, or those of these addresses that are there. */
  neighbours?: "all" | readonly Readonly<{ link: string; address: string }>[];
  forwarding?: boolean;
  shapers?: boolean;
  /** Those of these links that have a program at their entry. */
  redirects?: readonly string[];
  /** Of the node's nftables: this table's elements in `sets`; those in `blocks` are as good as its rules. */
  table?: Readonly<{ name: string; sets: readonly string[]; blocks?: readonly string[] }>;
  /** Paths below /proc/sys; what is not there is left out of the answer. */
  sysctls?: readonly string[];
}>;

export type ObservedLink = Readonly<Omit<LinkState, "master" | "vxlan">> &
  Readonly<{
    /** The name of the bridge whose port it is. */
    bridge?: string;
    vxlan?: Tunnel;
  }>;
export type ObservedAddress = Named<AddressState>;
export type ObservedRoute = Named<Omit<RouteState, "otherLinks">> & Readonly<{ otherLinks?: readonly string[] }>;
export type ObservedNeighbour = Named<NeighbourState>;
export type ObservedForwarding = Named<Omit<ForwardingState, "master">>;

export type KernelState = Readonly<{
  links: readonly ObservedLink[];
  addresses: readonly ObservedAddress[];
  routes: readonly ObservedRoute[];
  neighbours: readonly ObservedNeighbour[];
  forwarding: readonly ObservedForwarding[];
  shapers: readonly ShaperPlan[];
  /** Links with a program at their entry, of those that were asked for. */
  redirects?: readonly string[] | undefined;
  /** Undefined when it was not asked for or is not there. */
  table?: ObservedTable | undefined;
  sysctls: ReadonlyMap<string, string>;
}>;

export type ObservedTable = Readonly<{
  /** A digest of chains, rules, handles included, and blocks: any change of them by anyone changes it. */
  fingerprint: string;
  elements: readonly Element[];
}>;

/** The kernel's network, by one thread that works off batches in the order of their coming. */
export type Kernel = AsyncDisposable &
  Readonly<{
    /**
     * Runs the operations in order; the first that is refused ends the batch with a KernelRefused. A signal that aborts
     * before the batch has begun keeps it from beginning; one that has begun runs to its end, which takes milliseconds.
     */
    run(batch: Batch, signal?: AbortSignal): Promise<readonly OperationResult[]>;
    observe(what: Observation, signal?: AbortSignal): Promise<KernelState>;
    /**
     * flock(2), exclusive and without waiting, on a file that this process has open. False when another holds it; the
     * lock ends with the file's closing.
     */
    tryLock(fd: number, signal?: AbortSignal): Promise<boolean>;
    /** Aborted when the thread has ended though nobody asked it to, with HEDDLE_KERNEL_LOST: only a new process helps. */
    lost: AbortSignal;
  }>;

/** What the kernel refused: `errno` by its name ("EEXIST"), and which operation, if it was one. */
export class KernelRefused extends HeddleError {
  readonly errno: string;
  readonly operation: Operation | undefined;

  constructor(message: string, { errno, operation }: Readonly<{ errno: string; operation?: Operation | undefined }>) {
    super(message, {
      code: "HEDDLE_KERNEL_REFUSED",
      retryable: passing.has(errno),
      details: { errno, ...(operation === undefined ? {} : { operation }) },
    });
    this.errno = errno;
    this.operation = operation;
  }
}

const passing: ReadonlySet<string> = new Set(["EBUSY", "ENOBUFS", "ENOMEM", "EAGAIN", "EINTR"]);
