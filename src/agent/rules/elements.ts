import { addressToBytes, formatAddress, type IpAddress } from "../../model/index.ts";
import type { Element } from "../kernel/model.ts";
import { type HostPort } from "../asked-of-node.ts";
import { type PodPorts, tableName } from "./model.ts";

/** The sets and maps whose elements are the pods'. */
export const podSets = ["hostports4", "hostports6", "hostips4", "hostips6", "self4", "self6"] as const;
export type PodSet = (typeof podSets)[number];

/** The sets of the other nodes' addresses, which come and go with the nodes. */
export const peerSets = ["peers4", "peers6"] as const;

/** Every set whose elements are changed one by one. */
export type ElementSet = PodSet | (typeof peerSets)[number];

/** The sets of the node's own blocks, which are written with the rules. */
export const blockSets = ["pods4", "pods6", "cluster4", "cluster6"] as const;

/** What an element's key and data are made of: an address, a protocol by its name, a port. */
type Field = IpAddress | HostPort["protocol"] | number;

/** An element as it is meant: its key, and of a map what it leads to. */
export type Entry = Readonly<{ set: ElementSet; key: readonly Field[]; data?: readonly Field[] }>;

const protocolNumber = { tcp: 6, udp: 17, sctp: 132 } as const;

/** A pod's elements: one for each port and family that it has an address of, and itself where it reaches itself. */
export function entriesOf({ addresses, ports }: PodPorts): readonly Entry[] {
  if (ports.length === 0) return [];
  // The first address of a family is the one that a port leads to.
  const targets = addresses.filter(
    (one, index) => addresses.findIndex(({ family }) => family === one.family) === index,
  );
  return targets.flatMap((target) => [
    ...ports
      .filter(({ hostIp }) => hostIp === undefined || hostIp.family === target.family)
      .map((port) => entryOf(port, target)),
    { set: `self${target.family}`, key: [target, target] } as const,
  ]);
}

function entryOf({ protocol, hostPort, containerPort, hostIp }: HostPort, target: IpAddress): Entry {
  const data = [target, containerPort];
  // Any of the node's addresses, in either of its writings, is no particular one.
  if (hostIp === undefined || hostIp.value === 0n)
    return { set: `hostports${target.family}`, key: [protocol, hostPort], data };
  return { set: `hostips${target.family}`, key: [hostIp, protocol, hostPort], data };
}

/** Another node's. */
export const entryOfPeer = (peer: IpAddress): Entry => ({ set: `peers${peer.family}`, key: [peer] });

/** A pod's as the kernel has them. */
export const elementsOf = (pod: PodPorts): readonly Element[] => entriesOf(pod).map(elementOf);

/** The same as the kernel has it. */
export const elementOf = ({ set, key, data }: Entry): Element => ({
  table: tableName,
  set,
  key: joined(key),
  ...(data === undefined ? {} : { data: joined(data) }),
});

/** As nft(8) reads it: "tcp . 8080 : 10.244.1.11 . 80". */
export const entryText = ({ key, data }: Entry): string =>
  [key, ...(data === undefined ? [] : [data])].map((fields) => fields.map(fieldText).join(" . ")).join(" : ");

const fieldText = (field: Field): string => (typeof field === "object" ? formatAddress(field) : String(field));

/** Numbers are ports, in network byte order. */
function fieldBytes(field: Field): Uint8Array {
  if (typeof field === "object") return addressToBytes(field);
  return typeof field === "number" ? Uint8Array.of(field >> 8, field & 0xff) : Uint8Array.of(protocolNumber[field]);
}

/** Fields one after another, each filled up to four bytes. */
function joined(fields: readonly Field[]): Uint8Array {
  const parts = fields.map(fieldBytes);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + filled(part), 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += filled(part);
  }
  return bytes;
}

const filled = (part: Uint8Array): number => (part.length + 3) & ~3;
