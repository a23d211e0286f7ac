import { type JsonObject, type KubeObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { controllerReference, isEnding, namespaceOf, type Step, uidOf } from "./model.ts";
import { isReady } from "./pods.ts";

const collection = "endpointslices.discovery.k8s.io";

/** One slice a service, of the pods that its selector chooses. */
export const stepService: Step = (service, view) => {
  const selector = Object.entries(objectAt(service["spec"], "selector"));
  if (isEnding(service) || selector.length === 0) return [];
  const pods = view
    .list("pods", namespaceOf(service))
    .filter((pod) => !isEnding(pod) && selector.every(([key, value]) => pod.metadata.labels?.[key] === value));
  const endpoints = pods.flatMap((pod) => endpointOf(pod));
  const ports = listAt(service["spec"], "ports").map((port) => portOf(objectAt(port)));
  const old = view.ownedBy(uidOf(service)).find((owned) => owned.collection === collection)?.object;
  if (old === undefined) return [{ type: "create", collection, object: sliceOf(service, { endpoints, ports }) }];
  const same = JSON.stringify([old["endpoints"], old["ports"]]) === JSON.stringify([endpoints, ports]);
  return same ? [] : [{ type: "update", collection, object: { ...old, endpoints, ports } }];
};

function endpointOf(pod: KubeObject): readonly JsonObject[] {
  const address = stringAt(pod["status"], "podIP");
  if (address === undefined) return [];
  const ready = isReady(pod);
  const targetRef = { kind: "Pod", namespace: namespaceOf(pod), name: pod.metadata.name, uid: uidOf(pod) };
  return [
    {
      addresses: [address],
      conditions: { ready, serving: ready, terminating: false },
      nodeName: stringAt(pod["spec"], "nodeName"),
      targetRef,
    },
  ];
}

const portOf = (port: JsonObject): JsonObject => ({
  name: port["name"] ?? "",
  protocol: port["protocol"] ?? "TCP",
  port: typeof port["targetPort"] === "number" ? port["targetPort"] : port["port"],
});

const sliceOf = (
  service: KubeObject,
  contents: Readonly<{ endpoints: readonly JsonObject[]; ports: readonly JsonObject[] }>,
): KubeObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: {
    generateName: `${service.metadata.name}-`,
    name: "",
    namespace: namespaceOf(service),
    labels: {
      "kubernetes.io/service-name": service.metadata.name,
      "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    },
    ownerReferences: [controllerReference(service)],
  },
  addressType: "IPv4",
  ...contents,
});
