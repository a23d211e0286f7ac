import { parseClusterId } from "../../model/index.ts";
import { type RecordedKind, type RecordedObject, type UnrecordedEvent } from "../model.ts";

export const prod = parseClusterId("prod");

export const pods: RecordedKind = { group: "", kind: "Pod", version: "v1", plural: "pods", namespaced: true };

export const services: RecordedKind = { ...pods, kind: "Service", plural: "services" };

/** The same object for the same number. */
export const objectOf = (index: number, resourceVersion = String(1_000 + index)): RecordedObject => ({
  uid: `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
  namespace: `team-${index % 7}`,
  name: `web-${index}`,
  resourceVersion,
});

/** The event that the object of this number changed. */
export const eventOf = (index: number): UnrecordedEvent => {
  const { uid, namespace, name, resourceVersion } = objectOf(index);
  return {
    id: `event-${index}`,
    type: "kubernetes.resource.updated",
    cluster: prod,
    ref: { cluster: prod, group: "", version: "v1", kind: "Pod", namespace, name, uid },
    labels: { app: name },
    text: (sequence) => JSON.stringify({ id: `event-${index}`, sequence: String(sequence), resourceVersion }),
  };
};
