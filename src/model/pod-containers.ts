import { type JsonValue, listAt, objectAt, stringAt } from "./json.ts";

const annotation = "kubectl.kubernetes.io/default-container";

/** Names of all containers of a pod in the order in which they start: init, regular, ephemeral. */
export const containerNames = (pod: JsonValue): readonly string[] =>
  ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    listAt(pod, "spec", list).flatMap((container) => stringAt(container, "name") ?? []),
  );

/**
 * The container that is meant when none is named: the one that the pod's annotation names when the pod has it (init
 * and ephemeral containers count), else the first of `spec.containers`. Undefined when the pod has none.
 */
export function defaultContainer(pod: JsonValue): string | undefined {
  const annotated = objectAt(pod, "metadata", "annotations")[annotation];
  const wanted = typeof annotated === "string" && containerNames(pod).includes(annotated) ? annotated : undefined;
  return wanted ?? stringAt(pod, "spec", "containers", 0, "name");
}
