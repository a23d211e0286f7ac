import { type Cidr, type IpAddress } from "../../model/index.ts";
import { type Bandwidth, type HostPort } from "../asked-of-node.ts";
import { type AttachmentKey } from "../attachment.ts";

/** Addresses that a configuration gives out, for the whole cluster (host-local's entry of "ranges"). */
export type RangeConfig = Readonly<{
  subnet: Cidr;
  /** Default: all that are usable in the subnet. */
  first?: IpAddress | undefined;
  last?: IpAddress | undefined;
  gateway?: IpAddress | undefined;
}>;

/** Ranges of one family that stand for each other: an attachment gets one address out of each set. */
export type RangeSet = readonly RangeConfig[];

/** What of a range this node gives out. `first` and `last` are usable: neither of them names the network or is a broadcast. */
export type NodeRange = Readonly<{
  /** Of the node: its podCIDR, or the configured subnet where a node has none. */
  network: Cidr;
  first: IpAddress;
  last: IpAddress;
  /** The node's own address in it; never given out. */
  gateway: IpAddress;
}>;

/** What a range set is on this node; never empty. */
export type Pool = readonly NodeRange[];

/** An address of an attachment, in the network in which it was given. */
export type HeldAddress = Readonly<{ address: IpAddress; bits: number; gateway: IpAddress }>;

/** The pod of an attachment, as the runtime told it. */
export type AttachedPod = Readonly<{ namespace: string; name: string; uid?: string | undefined }>;

/** What the pod reaches by the gateway of its family, or `via` another. */
export type AttachedRoute = Readonly<{
  /** "10.96.0.0/12" */
  destination: string;
  via?: string | undefined;
  /** Bytes. */
  mtu?: number | undefined;
  /** Bytes. */
  advmss?: number | undefined;
  /** Among routes of this interface: lower is preferred. */
  priority?: number | undefined;
}>;

/** What an attachment is, or shall be, in the kernel: enough to make it again, to compare it and to take it away. */
export type AttachedLink = Readonly<{
  /** The path of the pod's network namespace; undefined where only the kernel told of the attachment. */
  netns?: string | undefined;
  bridge: string;
  mtu: number;
  mac: string;
  routes: readonly AttachedRoute[];
  /** Ports of the node that lead to it. */
  ports?: readonly AttachedPort[] | undefined;
  bandwidth?: Bandwidth | undefined;
}>;

/** A host port as the database keeps it. */
export type AttachedPort = Omit<HostPort, "hostIp"> & Readonly<{ hostIp?: string | undefined }>;

export type Attachment = Readonly<{
  key: AttachmentKey;
  addresses: readonly HeldAddress[];
  pod?: AttachedPod | undefined;
  link: AttachedLink;
  /** False: the kernel may hold part of it or nothing, for the agent ended in between. */
  settled: boolean;
  /** Milliseconds since the epoch. */
  reservedAtMs: number;
}>;

export type Wanted = Readonly<{
  /** One address comes out of each. */
  pools: readonly Pool[];
  /** These and no others, of the pools that they lie in. */
  asked?: readonly IpAddress[] | undefined;
  pod?: AttachedPod | undefined;
  link: AttachedLink;
}>;

/** How much of a range is used. `free` counts what rests too: it is taken when nothing else is left. */
export type RangeUsage = Readonly<{ range: NodeRange; held: number; resting: number; free: bigint }>;

/**
 * Which attachment holds which address. What a call answers is on disk when it returns; after a crash the book is as it
 * was after one of its calls.
 */
export type AddressBook = AsyncDisposable &
  Readonly<{
    /**
     * Gives an attachment its addresses; one that has them gets the same again. Throws, with nothing changed,
     * HEDDLE_ADDRESSES_EXHAUSTED (retryable), HEDDLE_ADDRESS_TAKEN, HEDDLE_ADDRESS_OUTSIDE, or
     * HEDDLE_ADDRESSES_UNWRITABLE (retryable).
     */
    reserve(key: AttachmentKey, wanted: Wanted): Attachment;
    /** Its interface stands. Nothing is done for an attachment that is not known. Throws HEDDLE_ADDRESSES_UNWRITABLE. */
    settle(key: AttachmentKey): void;
    /** Says whose it is. Nothing is done for an attachment that is not known. Throws HEDDLE_ADDRESSES_UNWRITABLE. */
    describe(key: AttachmentKey, pod: AttachedPod): void;
    /**
     * Takes in what the kernel holds and the book does not know. What another attachment holds stays its own: those
     * addresses are answered. Throws HEDDLE_ADDRESSES_UNWRITABLE; nobody else is given these addresses even then.
     */
    adopt(attachment: Attachment): readonly HeldAddress[];
    /**
     * Gives an attachment's addresses back; they rest before they are given out again. Answers what it was; undefined
     * when it was not known. Never fails for the disk: it is written as soon as the disk takes it, and until then a
     * crash brings the attachment back, without an interface.
     */
    release(key: AttachmentKey): Attachment | undefined;
    find(key: AttachmentKey): Attachment | undefined;
    /** In the order in which they were reserved. */
    attachments(): readonly Attachment[];
    /**
     * Writes all of it anew where its file was deleted or replaced; answers whether that was so. Each call that writes
     * does the same. Throws HEDDLE_ADDRESSES_UNWRITABLE.
     */
    tend(): boolean;
    usage(pools: readonly Pool[]): readonly RangeUsage[];
    /** Whether an address of the pool is held by nobody. Of a pool that is larger than all that is held it is quick. */
    hasFree(pool: Pool): boolean;
    state(): BookState;
  }>;

export type BookState = Readonly<{
  /** Releases that are not on disk yet. */
  unwritten: number;
  /** Attachments that were dropped at opening: the node was started anew since. */
  droppedAtBoot: readonly Attachment[];
  /** The name under which a damaged file was kept when a new one was begun. */
  setAside?: string | undefined;
}>;
