import { type JsonValue, listAt, objectAt, stringAt } from "../../model/index.ts";

/** The annotation by which a pod says which of its containers people mean. */
export const defaultContainerAnnotation = "kubectl.kubernetes.io/default-container";

/**
 * The container that is meant when none is named: the annotation's when the pod has it (init and ephemeral containers
 * count), else the first of `spec.containers`. Undefined when the pod has none: then the API server answers.
 */
export function defaultContainer(pod: JsonValue): string | undefined {
  const annotated = objectAt(pod, "metadata", "annotations")[defaultContainerAnnotation];
  const wanted = typeof annotated === "string" && containerNames(pod).includes(annotated) ? annotated : undefined;
  return wanted ?? stringAt(pod, "spec", "containers", 0, "name");
}

/** Names of all containers: the regular ones first, then init, then ephemeral. */
export const containerNames = (pod: JsonValue): readonly string[] =>
  ["containers", "initContainers", "ephemeralContainers"].flatMap((list) =>
    listAt(pod, "spec", list).flatMap((container) => stringAt(container, "name") ?? []),
  );
