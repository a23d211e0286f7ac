import { addressFromBytes, compareAddresses, type IpAddress } from "../../model/index.ts";
import { type HostPort } from "../asked-of-node.ts";
import type { Element, ObservedTable } from "../kernel/model.ts";

/** The host ports that lead to these addresses, as the kernel has them: each once, of whichever family it was found. */
export function portsTo(found: ObservedTable, addresses: readonly IpAddress[]): readonly HostPort[] {
  const ports = new Map<string, HostPort>();
  for (const element of found.elements) {
    const port = portOf(element, addresses);
    if (port !== undefined) ports.set(`${port.protocol}/${port.hostPort}/${port.hostIp?.value ?? ""}`, port);
  }
  return [...ports.values()];
}

const protocols = { 6: "tcp", 17: "udp", 132: "sctp" } as const;

/** Undefined for an element that is no port's, or another pod's. */
function portOf(element: Element, addresses: readonly IpAddress[]): HostPort | undefined {
  const [, kind, family] = /^host(port|ip)s([46])$/.exec(element.set) ?? [];
  if (element.data === undefined || kind === undefined) return undefined;
  const bytes = family === "4" ? 4 : 16;
  const target = addressFromBytes(element.data.subarray(0, bytes));
  if (target === undefined || !addresses.some((one) => compareAddresses(one, target) === 0)) return undefined;
  const key = kind === "ip" ? element.key.subarray(bytes) : element.key;
  const protocol = protocols[(key[0] ?? 0) as keyof typeof protocols];
  if (protocol === undefined) return undefined;
  const hostPort = portAt(key, 4);
  const hostIp = kind === "ip" ? addressFromBytes(element.key.subarray(0, bytes)) : undefined;
  return { protocol, hostPort, containerPort: portAt(element.data, bytes), ...(hostIp && { hostIp }) };
}

const portAt = (bytes: Uint8Array, offset: number): number => ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
