import type { KubeOptions } from "./model.ts";

/** Where everything in one cluster is. A function of the cluster's number alone, so clusters never overlap. */
export type AddressPlan = Readonly<{
  /** The host's end of the veth into the cluster. Its creation claims the number: the kernel is the registry. */
  hostLink: string;
  hostAddresses: readonly string[];
  links: readonly LinkPlan[];
  /** The API server's address. */
  address: string;
  podCidrs: readonly string[];
  serviceCidrs: readonly string[];
  /** The `kubernetes` service. */
  serviceAddress: string;
  nodes: readonly NodePlan[];
}>;

/** A bridge in the cluster's namespace, its first address the gateway of the nodes on it. */
export type LinkPlan = Readonly<{ bridge: string; gateway: string; gateway6: string }>;

export type NodePlan = Readonly<{
  name: string;
  link: LinkPlan;
  address: string;
  address6: string;
  podCidrs: readonly string[];
}>;

/** Clusters that one machine can hold at once. */
export const maxClusters = 60;
/** Node addresses end in 10 and up, below the host's 254. */
export const maxNodes = 200;

/**
 * Links from RFC 2544's benchmark range 198.18.0.0/15, which no real network uses; pods and services from 10.64/10 and
 * 10.128/10, seen only inside the cluster's namespaces; IPv6 from a unique local prefix.
 */
export function planAddresses(number: number, { nodes = 0, links = 1, ipFamilies = "ipv4" }: KubeOptions): AddressPlan {
  const families = <T>(four: T, six: T): readonly T[] => (ipFamilies === "dual" ? [four, six] : [four]);
  const hex = number.toString(16);
  const linkPlans = Array.from({ length: links }, (_, index): LinkPlan => ({
    bridge: `link${index + 1}`,
    gateway: `198.${18 + index}.${number}.1`,
    gateway6: `fd68:6564:${index + 1}:${hex}::1`,
  }));
  const nodePlans = Array.from({ length: nodes }, (_, index): NodePlan => {
    const link = linkPlans[index % links] as LinkPlan;
    const last = 10 + index;
    return {
      name: `node${index + 1}`,
      link,
      address: link.gateway.replace(/1$/, String(last)),
      address6: link.gateway6.replace(/1$/, last.toString(16)),
      podCidrs: families(`10.${64 + number}.${index + 1}.0/24`, `fd68:6564:a:${hex}${hexPair(index + 1)}::/80`),
    };
  });
  return {
    hostLink: `hdl${number}`,
    hostAddresses: [`198.18.${number}.254/24`, `fd68:6564:1:${hex}::fe/64`],
    links: linkPlans,
    address: `198.18.${number}.1`,
    podCidrs: families(`10.${64 + number}.0.0/16`, `fd68:6564:a:${hex}00::/56`),
    serviceCidrs: families(`10.${128 + number}.0.0/16`, `fd68:6564:b:${hex}::/112`),
    serviceAddress: `10.${128 + number}.0.1`,
    nodes: nodePlans,
  };
}

const hexPair = (number: number): string => number.toString(16).padStart(2, "0");
