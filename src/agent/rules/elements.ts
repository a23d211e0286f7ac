import { addressToBytes, type IpAddress } from "../../model/index.ts";
import type { Element } from "../kernel/model.ts";
import { type HostPort, type PodPorts, tableName } from "./model.ts";

/** The sets and maps whose elements are the pods'. */
export const podSets = ["hostports4", "hostports6", "hostips4", "hostips6", "self4", "self6"] as const;

const protocolNumber = { tcp: 6, udp: 17, sctp: 132 } as const;

/** A pod's elements: one for each port and family that it has an address of, and itself where it reaches itself. */
export function elementsOf({ addresses, ports }: PodPorts): readonly Element[] {
  if (ports.length === 0) return [];
  // The first address of a family is the one that a port leads to.
  const targets = addresses.filter(
    (one, index) => addresses.findIndex(({ family }) => family === one.family) === index,
  );
  return targets.flatMap((target) => [
    ...ports
      .filter(({ hostIp }) => hostIp === undefined || hostIp.family === target.family)
      .map((port) => elementOf(port, target)),
    { table: tableName, set: `self${target.family}`, key: joined(addressToBytes(target), addressToBytes(target)) },
  ]);
}

function elementOf({ protocol, hostPort, containerPort, hostIp }: HostPort, target: IpAddress): Element {
  const service = joined(Uint8Array.of(protocolNumber[protocol]), portBytes(hostPort));
  // Any of the node's addresses, in either of its writings, is no particular one.
  const any = hostIp === undefined || hostIp.value === 0n;
  return {
    table: tableName,
    set: `${any ? "hostports" : "hostips"}${target.family}`,
    key: any ? service : joined(addressToBytes(hostIp), service),
    data: joined(addressToBytes(target), portBytes(containerPort)),
  };
}

/** Network byte order. */
const portBytes = (port: number): Uint8Array => Uint8Array.of(port >> 8, port & 0xff);

/** Fields one after another, each filled up to four bytes. */
function joined(...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + filled(field), 0));
  let offset = 0;
  for (const field of fields) {
    bytes.set(field, offset);
    offset += filled(field);
  }
  return bytes;
}

const filled = (field: Uint8Array): number => (field.length + 3) & ~3;
