import { type IpAddress } from "../model/index.ts";

/** A port of the node that leads to a port of a pod. */
export type HostPort = Readonly<{
  hostPort: number;
  containerPort: number;
  protocol: "tcp" | "udp" | "sctp";
  /** Only where the node is addressed by this; default: by any of its addresses. */
  hostIp?: IpAddress | undefined;
}>;

/** Bits a second and bits, as the CNI conventions have them; 0 is no limit. Ingress is towards the pod. */
export type Bandwidth = Readonly<{
  ingressRate: number;
  ingressBurst: number;
  egressRate: number;
  egressBurst: number;
}>;
