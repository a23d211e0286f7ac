import {
  type Cidr,
  type IpAddress,
  jsonAt,
  type JsonValue,
  type KubeObject,
  listAt,
  parseAddress,
  parseCidr,
  stringAt,
} from "../../model/index.ts";
import { type NodeFacts, type PodFacts } from "./model.ts";

/** What of a Node counts. What cannot be read is left out: one strange node must not stop the routes to the others. */
export function nodeFacts(node: KubeObject): NodeFacts {
  const listed = listAt(node, "spec", "podCIDRs");
  const single = jsonAt(node, "spec", "podCIDR");
  const runtime = stringAt(node, "status", "nodeInfo", "containerRuntimeVersion");
  const cidrs = listed.length > 0 || single === undefined ? listed : [single];
  return {
    name: node.metadata.name,
    podCidrs: cidrs.flatMap(cidrOf),
    addresses: listAt(node, "status", "addresses")
      .filter((entry) => stringAt(entry, "type") === "InternalIP")
      .flatMap((entry) => addressOf(stringAt(entry, "address"))),
    ...(runtime !== undefined && { runtime }),
  };
}

/** What of a Pod counts. */
export function podFacts(pod: KubeObject): PodFacts {
  const { uid = "", namespace = "", name = "" } = pod.metadata;
  const phase = stringAt(pod, "status", "phase");
  const listed = listAt(pod, "status", "podIPs").map((entry) => stringAt(entry, "ip"));
  return {
    uid,
    namespace,
    name,
    addresses: (listed.length > 0 ? listed : [stringAt(pod, "status", "podIP")]).flatMap(addressOf),
    hostNetwork: jsonAt(pod, "spec", "hostNetwork") === true,
    finished: phase === "Succeeded" || phase === "Failed",
  };
}

function addressOf(text: string | undefined): readonly IpAddress[] {
  const address = text === undefined ? undefined : parseAddress(text);
  return address === undefined ? [] : [address];
}

function cidrOf(text: JsonValue): readonly Cidr[] {
  try {
    return typeof text === "string" ? [parseCidr(text)] : [];
  } catch {
    return [];
  }
}
