import { type JsonValue, listAt, numberAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import {
  type Attribute,
  type AttributesByKind,
  distinct,
  eachText,
  number,
  pairsAt,
  text,
  texts,
  textsAt,
} from "./attribute.ts";

/** What a load balancer was given: addresses, else names. */
const balancer = (object: KubeObject): readonly string[] =>
  listAt(object, "status", "loadBalancer", "ingress")
    .map((entry) => stringAt(entry, "ip") || (stringAt(entry, "hostname") ?? ""))
    .filter((address) => address !== "");

const ports = (of: (object: KubeObject) => readonly string[]): Attribute =>
  texts({ name: "ports", says: 'its ports: "80/TCP", with a port of the nodes "80:30080/TCP"' }, of);

function portText(port: JsonValue, key = "port"): string {
  const nodePort = numberAt(port, "nodePort") ?? 0;
  const own = `${numberAt(port, key) ?? 0}${nodePort > 0 ? `:${nodePort}` : ""}`;
  return `${own}/${stringAt(port, "protocol") ?? "TCP"}`;
}

const addresses = (of: (object: KubeObject) => readonly string[]): Attribute =>
  texts({ name: "addresses", says: "addresses, else names, that lead to it" }, of);

const serviceAttributes: readonly Attribute[] = [
  text(
    { name: "type", says: "ClusterIP, NodePort, LoadBalancer or ExternalName; of others what they call their type" },
    ["spec", "type"],
  ),
  text({ name: "clusterIP", says: 'its address inside the cluster, the first of several; "None" for a headless one' }, [
    "spec",
    "clusterIP",
  ]),
  texts({ name: "clusterIPs", says: "all its addresses inside the cluster" }, ["spec", "clusterIPs"]),
  texts({ name: "externalIPs", says: "its addresses outside the cluster, or the name that it stands for" }, (service) =>
    distinct([
      ...balancer(service),
      ...textsAt(service, "spec", "externalIPs"),
      ...[stringAt(service, "spec", "externalName") ?? ""].filter((name) => name !== ""),
    ]),
  ),
  ports((service) => listAt(service, "spec", "ports").map((port) => portText(port))),
  texts({ name: "selector", says: 'the labels of the pods that it selects: "app=web"' }, (service) =>
    pairsAt(service, "spec", "selector"),
  ),
];

const endpointsOf = (slice: KubeObject): readonly JsonValue[] => listAt(slice, "endpoints");
const isReady = (endpoint: JsonValue): boolean =>
  (endpoint as { conditions?: { ready?: boolean } }).conditions?.ready !== false;

const endpointSliceAttributes: readonly Attribute[] = [
  text(
    { name: "service", says: "the Service that it belongs to" },
    ({ metadata }) => metadata.labels?.["kubernetes.io/service-name"],
  ),
  text({ name: "addressType", says: "IPv4, IPv6 or FQDN" }, ["addressType"]),
  addresses((slice) => endpointsOf(slice).flatMap((endpoint) => textsAt(endpoint, "addresses"))),
  ports((slice) => listAt(slice, "ports").map((port) => portText(port))),
  text({ name: "ready", says: 'how many of how many are ready: "1/2"' }, (slice) => {
    const all = endpointsOf(slice);
    return `${all.filter(isReady).length}/${all.length}`;
  }),
];

const ingressAttributes: readonly Attribute[] = [
  text({ name: "class", says: "the class whose controller serves it" }, ["spec", "ingressClassName"]),
  texts({ name: "hosts", says: "names that it answers to" }, (ingress) =>
    distinct(eachText(listAt(ingress, "spec", "rules"), "host")),
  ),
  addresses(balancer),
  texts({ name: "tlsHosts", says: "names that it has certificates for" }, (ingress) =>
    distinct(listAt(ingress, "spec", "tls").flatMap((entry) => textsAt(entry, "hosts"))),
  ),
];

const attachmentConfig = (definition: KubeObject): JsonValue | undefined => {
  try {
    const config = JSON.parse(stringAt(definition, "spec", "config") ?? "null") as JsonValue;
    // A chain of plug-ins is known by its first.
    return listAt(config, "plugins")[0] ?? config;
  } catch {
    return undefined;
  }
};

export const network: AttributesByKind = {
  "/Service": serviceAttributes,
  "/Endpoints": [
    addresses((object) => listAt(object, "subsets").flatMap((subset) => eachText(listAt(subset, "addresses"), "ip"))),
    ports((object) =>
      listAt(object, "subsets").flatMap((subset) => listAt(subset, "ports").map((port) => portText(port))),
    ),
  ],
  "discovery.k8s.io/EndpointSlice": endpointSliceAttributes,
  "networking.k8s.io/Ingress": ingressAttributes,
  "networking.k8s.io/IngressClass": [
    text({ name: "controllerName", says: "the controller that serves it" }, ["spec", "controller"]),
  ],
  "networking.k8s.io/NetworkPolicy": [
    texts({ name: "policyTypes", says: "Ingress, Egress" }, ["spec", "policyTypes"]),
    texts({ name: "selector", says: 'the labels of the pods that it selects: "app=web"' }, (policy) =>
      pairsAt(policy, "spec", "podSelector", "matchLabels"),
    ),
  ],
  "gateway.networking.k8s.io/Gateway": [
    text({ name: "class", says: "the class whose controller serves it" }, ["spec", "gatewayClassName"]),
    addresses((gateway) => eachText(listAt(gateway, "status", "addresses"), "value")),
    ports((gateway) => listAt(gateway, "spec", "listeners").map((listener) => portText(listener))),
  ],
  "gateway.networking.k8s.io/HTTPRoute": [
    texts({ name: "hosts", says: "names that it answers to" }, ["spec", "hostnames"]),
    texts({ name: "parents", says: "the Gateways that it belongs to" }, (route) =>
      eachText(listAt(route, "spec", "parentRefs"), "name"),
    ),
  ],
  "k8s.cni.cncf.io/NetworkAttachmentDefinition": [
    text({ name: "type", says: "the CNI plug-in that makes the attachment: macvlan, bridge …" }, (definition) =>
      stringAt(attachmentConfig(definition), "type"),
    ),
    number({ name: "vlan", says: "the VLAN id of its attachments" }, (definition) => {
      const config = attachmentConfig(definition);
      return numberAt(config, "vlan") ?? numberAt(config, "vlanId");
    }),
  ],
};
