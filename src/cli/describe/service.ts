import { type JsonValue, type KubeObject, jsonAt, listAt, numberAt, objectAt, stringAt } from "../../model/index.ts";
import { formatLabels } from "../tables/labels.ts";
import { orNone, scalarText } from "../tables/column.ts";
import { type DescribeContext, type Describer } from "./describer.ts";
import { field, type Field, optional } from "./field.ts";
import { stateOf } from "./generic.ts";
import { identity, labelsAndAnnotations } from "./metadata.ts";

/** A service: addresses, ports, and the endpoints behind it. */
export const describeService: Describer = async (service, context) => {
  const { spec, status } = service;
  const slices = await endpointSlices(service, context);
  const ingress = listAt(status, "loadBalancer", "ingress").map(
    (entry) => stringAt(entry, "ip") || (stringAt(entry, "hostname") ?? ""),
  );
  return [
    ...identity(service, context.cluster),
    ...labelsAndAnnotations(service),
    ...stateOf(service),
    field("Selector", formatLabels(objectAt(spec, "selector"))),
    field("Type", stringAt(spec, "type") ?? ""),
    field("IP Families", listAt(spec, "ipFamilies").join(", ") || "<none>"),
    field("IPs", orNone(listAt(spec, "clusterIPs").join(", "))),
    ...optional("External IPs", listAt(spec, "externalIPs").join(", ")),
    ...optional("External Name", stringAt(spec, "externalName")),
    ...optional("LoadBalancer Ingress", ingress.join(", ")),
    ...listAt(spec, "ports").flatMap((port) => portFields(port, slices)),
    field("Session Affinity", stringAt(spec, "sessionAffinity") ?? "None"),
    ...optional("External Traffic Policy", stringAt(spec, "externalTrafficPolicy")),
    ...optional("Internal Traffic Policy", stringAt(spec, "internalTrafficPolicy")),
  ];
};

const endpointSlices = (service: KubeObject, { ask }: DescribeContext): Promise<readonly KubeObject[]> =>
  ask("endpointslices.discovery.k8s.io", {
    namespace: service.metadata.namespace,
    labelSelector: `kubernetes.io/service-name=${service.metadata.name}`,
  });

function portFields(port: JsonValue, slices: readonly KubeObject[]): readonly Field[] {
  const name = stringAt(port, "name");
  const protocol = stringAt(port, "protocol") ?? "TCP";
  const nodePort = numberAt(port, "nodePort") ?? 0;
  return [
    field("Port", `${name ?? "<unset>"}  ${numberAt(port, "port") ?? 0}/${protocol}`),
    field("TargetPort", `${scalarText(jsonAt(port, "targetPort")) ?? ""}/${protocol}`),
    ...(nodePort > 0 ? [field("NodePort", `${name ?? "<unset>"}  ${nodePort}/${protocol}`)] : []),
    field("Endpoints", endpointsText(slices, name)),
  ];
}

/** Ready addresses with the port of that name. */
function endpointsText(slices: readonly KubeObject[], name: string | undefined): string {
  const addresses = slices.flatMap((slice) => {
    const port = listAt(slice, "ports").find((entry) => (stringAt(entry, "name") ?? "") === (name ?? ""));
    const number = numberAt(port, "port");
    const ready = listAt(slice, "endpoints").filter((endpoint) => jsonAt(endpoint, "conditions", "ready") !== false);
    return ready
      .flatMap((endpoint) => listAt(endpoint, "addresses").map(String))
      .map((ip) => (number === undefined ? ip : ip.includes(":") ? `[${ip}]:${number}` : `${ip}:${number}`));
  });
  return [...new Set(addresses)].sort().join(",") || "<none>";
}
