import { UsageError } from "../../base/index.ts";
import { type KubeObject, listAt, stringAt } from "../../model/index.ts";

const annotation = "kubectl.kubernetes.io/default-container";

/** Names of a pod's containers: init containers, regular ones, ephemeral ones. */
export const containerNames = ({ spec }: KubeObject): readonly string[] =>
  ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    listAt(spec, list).flatMap((container) => stringAt(container, "name") ?? []),
  );

/** The container that -c means; one that the pod does not have is a UsageError that names those it has. */
export function namedContainer(pod: KubeObject, name: string): string {
  const names = containerNames(pod);
  if (names.includes(name)) return name;
  throw new UsageError(`pod ${pod.metadata.name} has no container "${name}": it has ${names.join(", ")}`);
}

/** The container that is meant when none is named: the pod's annotation says it, else the first. */
export function defaultContainer(pod: KubeObject): string | undefined {
  const wanted = pod.metadata.annotations?.[annotation];
  if (wanted !== undefined && containerNames(pod).includes(wanted)) return wanted;
  return stringAt(pod["spec"], "containers", 0, "name");
}

/** kubectl's word about a choice that it made: undefined where there was none to make. */
export function choiceWords(pod: KubeObject): string | undefined {
  const names = containerNames(pod);
  return names.length > 1 ? `Defaulted container "${defaultContainer(pod)}" out of: ${names.join(", ")}` : undefined;
}
