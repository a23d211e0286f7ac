import { type KubeObject, numberAt, objectAt, stringAt } from "../../model/index.ts";
import {
  controllerReference,
  type Intent,
  isEnding,
  namespaceOf,
  type Step,
  statusIntent,
  uidOf,
  type View,
} from "./model.ts";
import { isReady, podFrom } from "./pods.ts";

/** Keeps as many pods as are wanted, and counts them. */
export const stepReplicaSet: Step = (set, view) => {
  if (isEnding(set)) return [];
  const pods = livePodsOf(set, view);
  const wanted = numberAt(set["spec"], "replicas") ?? 1;
  const missing = Array.from({ length: Math.max(0, wanted - pods.length) }, (): Intent => ({
    type: "create",
    collection: "pods",
    object: podFrom(set),
  }));
  // Those that are not ready go first, then the youngest.
  const surplus = pods
    .toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)) || ageOrder(b, a))
    .slice(0, Math.max(0, pods.length - wanted));
  const deletions = surplus.map((pod): Intent => ({
    type: "delete",
    collection: "pods",
    namespace: namespaceOf(pod),
    name: pod.metadata.name,
  }));
  return [...missing, ...deletions, ...statusIntent("replicasets.apps", set, statusOf(set, pods))];
};

const ageOrder = (a: KubeObject, b: KubeObject): number =>
  (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? -1 : 1;

/** Pods of an owner that neither end nor have ended. */
export const livePodsOf = (owner: KubeObject, view: View): readonly KubeObject[] =>
  view
    .ownedBy(uidOf(owner))
    .filter(({ collection, object }) => collection === "pods" && !isEnding(object) && !hasEnded(object))
    .map(({ object }) => object);

export const hasEnded = (pod: KubeObject): boolean =>
  ["Succeeded", "Failed"].includes(stringAt(pod["status"], "phase") ?? "");

function statusOf(set: KubeObject, pods: readonly KubeObject[]) {
  const ready = pods.filter(isReady).length;
  return {
    replicas: pods.length,
    ...(pods.length === 0 ? {} : { fullyLabeledReplicas: pods.length }),
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: set.metadata.generation ?? 1,
  };
}

/** A replica set of a deployment's current template. */
export function replicaSetFrom(deployment: KubeObject, hash: string, replicas: number): KubeObject {
  const spec = objectAt(deployment["spec"]);
  const template = objectAt(spec["template"]);
  const metadata = objectAt(template["metadata"]);
  const labels = { ...objectAt(metadata["labels"]), "pod-template-hash": hash } as Record<string, string>;
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { "deployment.kubernetes.io/desired-replicas": String(numberAt(spec, "replicas") ?? 1) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...objectAt(spec["selector"], "matchLabels"), "pod-template-hash": hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}
