import { numberAt, stringAt } from "../../model/index.ts";
import { type Intent, isEnding, namespaceOf, type Step, statusIntent, uidOf } from "./model.ts";
import { isReady, podFrom } from "./pods.ts";
import { hasEnded } from "./replica-set.ts";

/** Pods by ordinal, one after the other: the next is made when those before it are ready, the last goes first. */
export const stepStatefulSet: Step = (set, view) => {
  if (isEnding(set)) return [];
  const wanted = numberAt(set["spec"], "replicas") ?? 1;
  const pods = view
    .ownedBy(uidOf(set))
    .filter(({ collection }) => collection === "pods")
    .map(({ object }) => object);
  const nameAt = (ordinal: number): string => `${set.metadata.name}-${ordinal}`;
  const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const ready = pods.filter((pod) => isReady(pod) && !isEnding(pod));
  const status = statusIntent("statefulsets.apps", set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...(ready.length === 0
      ? {}
      : { readyReplicas: ready.length, availableReplicas: ready.length, currentReplicas: ready.length }),
    currentRevision: `${set.metadata.name}-1`,
    updateRevision: `${set.metadata.name}-1`,
  });
  const remove = (name: string): Intent => ({ type: "delete", collection: "pods", namespace: namespaceOf(set), name });
  const ended = pods.filter((pod) => hasEnded(pod) && !isEnding(pod)).map((pod) => remove(pod.metadata.name));
  const last = byName.get(nameAt(pods.length - 1));
  if (pods.length > wanted && last !== undefined && !isEnding(last)) return [remove(last.metadata.name), ...status];
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const pod = byName.get(nameAt(ordinal));
    if (pod === undefined)
      return [
        { type: "create", collection: "pods", object: podFrom(set, { name: nameAt(ordinal) }) },
        ...ended,
        ...status,
      ];
    if (!isReady(pod) && stringAt(set["spec"], "podManagementPolicy") !== "Parallel") break;
  }
  return [...ended, ...status];
};
