import { type JsonValue, type KubeObject, listAt, numberAt, objectAt, stringAt } from "../../model/index.ts";
import { ageColumn, field, nameColumn, orNone, scalarText, type Table, type TablesByName, wide } from "./column.ts";
import { formatLabels, formatSelector } from "./labels.ts";
import { shortened } from "./words.ts";

const serviceTable: Table = [
  nameColumn,
  field("TYPE", ["spec", "type"]),
  field("CLUSTER-IP", ["spec", "clusterIPs", 0], "<none>"),
  { header: "EXTERNAL-IP", cell: externalIp },
  { header: "PORT(S)", cell: (service) => orNone(listAt(service, "spec", "ports").map(servicePort).join(",")) },
  ageColumn,
  wide({ header: "SELECTOR", cell: (service) => formatLabels(objectAt(service, "spec", "selector")) }),
];

const ingressTable: Table = [
  nameColumn,
  field("CLASS", ["spec", "ingressClassName"], "<none>"),
  { header: "HOSTS", cell: hosts },
  { header: "ADDRESS", cell: (ingress) => balancerAddresses(ingress) },
  { header: "PORTS", cell: (ingress) => (listAt(ingress, "spec", "tls").length === 0 ? "80" : "80, 443") },
  ageColumn,
];

const ingressClassTable: Table = [
  nameColumn,
  field("CONTROLLER", ["spec", "controller"]),
  {
    header: "PARAMETERS",
    cell(ingressClass) {
      const parameters = objectAt(ingressClass, "spec", "parameters");
      const kind = stringAt(parameters, "kind");
      const group = stringAt(parameters, "apiGroup");
      if (kind === undefined) return "<none>";
      return `${group === undefined ? kind : `${kind}.${group}`}/${stringAt(parameters, "name") ?? ""}`;
    },
  },
  ageColumn,
];

const endpointsTable: Table = [nameColumn, { header: "ENDPOINTS", cell: endpoints }, ageColumn];

const endpointSliceTable: Table = [
  nameColumn,
  field("ADDRESSTYPE", ["addressType"]),
  {
    header: "PORTS",
    cell: (slice) => shortened(listAt(slice, "ports").map(slicePort), 3) || "<unset>",
  },
  {
    header: "ENDPOINTS",
    cell: (slice) =>
      shortened(
        listAt(slice, "endpoints").flatMap((endpoint) => listAt(endpoint, "addresses").map(String)),
        3,
      ) || "<unset>",
  },
  ageColumn,
];

const networkPolicyTable: Table = [
  nameColumn,
  { header: "POD-SELECTOR", cell: (policy) => formatSelector(objectAt(policy, "spec", "podSelector"), "<none>") },
  ageColumn,
];

const serviceCidrTable: Table = [
  nameColumn,
  { header: "CIDRS", cell: (range) => listAt(range, "spec", "cidrs").join(",") },
  ageColumn,
];

const ipAddressTable: Table = [
  nameColumn,
  {
    header: "PARENTREF",
    cell(address) {
      const parent = objectAt(address, "spec", "parentRef");
      const resource = stringAt(parent, "resource");
      if (resource === undefined) return "<none>";
      const group = stringAt(parent, "group");
      return [group ? `${resource}.${group}` : resource, stringAt(parent, "namespace"), stringAt(parent, "name")]
        .filter(Boolean)
        .join("/");
    },
  },
];

function externalIp(service: KubeObject): string {
  const external = listAt(service, "spec", "externalIPs").map(String);
  switch (stringAt(service, "spec", "type")) {
    case "ClusterIP":
    case "NodePort":
      return orNone(external.join(","));
    case "LoadBalancer":
      return [balancerAddresses(service), ...external].filter((part) => part !== "").join(",") || "<pending>";
    case "ExternalName":
      return stringAt(service, "spec", "externalName") ?? "";
    default:
      return "<unknown>";
  }
}

function balancerAddresses(object: KubeObject): string {
  const addresses = listAt(object, "status", "loadBalancer", "ingress").map(
    (entry) => stringAt(entry, "ip") || (stringAt(entry, "hostname") ?? ""),
  );
  return [...new Set(addresses)]
    .filter((address) => address !== "")
    .sort()
    .join(",");
}

function servicePort(port: JsonValue): string {
  const nodePort = numberAt(port, "nodePort") ?? 0;
  const number = `${numberAt(port, "port") ?? 0}${nodePort > 0 ? `:${nodePort}` : ""}`;
  return `${number}/${stringAt(port, "protocol") ?? "TCP"}`;
}

function hosts(ingress: KubeObject): string {
  const rules = listAt(ingress, "spec", "rules");
  const shown: string[] = [];
  for (const rule of rules) {
    if (shown.length === 3) return `${shown.join(",")} + ${rules.length - 3} more...`;
    const host = stringAt(rule, "host");
    if (host) shown.push(host);
  }
  return shown.join(",") || "*";
}

const slicePort = (port: JsonValue): string => scalarText(numberAt(port, "port")) ?? (stringAt(port, "name") || "*");

function endpoints(object: KubeObject): string {
  const subsets = listAt(object, "subsets");
  if (subsets.length === 0) return "<none>";
  return shortened(subsets.flatMap(subsetAddresses), 3);
}

function subsetAddresses(subset: JsonValue): readonly string[] {
  const addresses = listAt(subset, "addresses").map((address) => stringAt(address, "ip") ?? "");
  const ports = listAt(subset, "ports").map((port) => numberAt(port, "port") ?? 0);
  if (ports.length === 0) return addresses;
  return ports.flatMap((port) => addresses.map((ip) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)));
}

/** By plural and group. */
export const tables: TablesByName = {
  services: serviceTable,
  endpoints: endpointsTable,
  "endpointslices.discovery.k8s.io": endpointSliceTable,
  "ingresses.networking.k8s.io": ingressTable,
  "ingressclasses.networking.k8s.io": ingressClassTable,
  "networkpolicies.networking.k8s.io": networkPolicyTable,
  "servicecidrs.networking.k8s.io": serviceCidrTable,
  "ipaddresses.networking.k8s.io": ipAddressTable,
};
