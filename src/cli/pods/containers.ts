import { UsageError } from "../../base/index.ts";
import { containerNames, defaultContainer, type KubeObject } from "../../model/index.ts";

/** The container that -c means; one that the pod does not have is a UsageError that names those it has. */
export function namedContainer(pod: KubeObject, name: string): string {
  const names = containerNames(pod);
  if (names.includes(name)) return name;
  throw new UsageError(`pod ${pod.metadata.name} has no container "${name}": it has ${names.join(", ")}`);
}

/** kubectl's word about a choice that it made: undefined where there was none to make. */
export function choiceWords(pod: KubeObject): string | undefined {
  const names = containerNames(pod);
  return names.length > 1 ? `Defaulted container "${defaultContainer(pod)}" out of: ${names.join(", ")}` : undefined;
}
