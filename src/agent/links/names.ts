import { createHash } from "node:crypto";
import { type AttachmentKey, attachmentText } from "../attachment.ts";

/**
 * "hdl4f3c0a91b22": what the node's end of an attachment is called, the same at every time. The kernel has 15 characters
 * for a name; 44 bits make two of a thousand attachments equal once in 35 million nodes.
 */
export const linkNameOf = (key: AttachmentKey): string => `hdl${digestOf(attachmentText(key)).slice(0, 11)}`;

/** The name of an attachment's intermediate link, through which what the pod sends is slowed down. */
export const shaperNameOf = (key: AttachmentKey): string => `hdb${digestOf(attachmentText(key)).slice(0, 11)}`;

/** True for names that only `linkNameOf` gives. */
export const isLinkName = (name: string): boolean => /^hdl[0-9a-f]{11}$/.test(name);

export const isShaperName = (name: string): boolean => /^hdb[0-9a-f]{11}$/.test(name);

/** The MAC of the node's end. */
export const nodeMacOf = (key: AttachmentKey): string => macFrom(`node/${attachmentText(key)}`);

/** The MAC of the pod's end, unless another is asked for. */
export const podMacOf = (key: AttachmentKey): string => macFrom(`pod/${attachmentText(key)}`);

/** The same on every node: no frame of a bridge leaves its node. */
export const bridgeMacOf = (bridge: string): string => macFrom(`bridge/${bridge}`);

/** A locally administered unicast address (IEEE 802) that follows from the seed. */
export function macFrom(seed: string): string {
  const [first = "", ...rest] = digestOf(seed).slice(0, 12).match(/../g) ?? [];
  const administered = ((Number.parseInt(first, 16) & 0xfc) | 0x02).toString(16).padStart(2, "0");
  return [administered, ...rest].join(":");
}

/**
 * How far an interface's routes come behind those of "eth0", and further where the route asks for it: lower is preferred,
 * and equal ones would take each other's place. Undefined for what "eth0" has without asking, the kernel's own priority
 * (1024 for IPv6's).
 */
export function routePriorityOf({ ifname }: Pick<AttachmentKey, "ifname">, asked?: number): number | undefined {
  if (ifname === "eth0") return asked;
  return 2048 + Number.parseInt(digestOf(ifname).slice(0, 4), 16) + (asked ?? 0);
}

/** True for the MAC of a group of stations, whose neighbour entries the kernel makes by itself. */
export const isGroupMac = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;

const digestOf = (seed: string): string => createHash("sha256").update(seed).digest("hex");
