import { stringAt } from "../../model/index.ts";
import { type Intent, isEnding, namespaceOf, type Step, statusIntent } from "./model.ts";
import { isReady, podFrom } from "./pods.ts";
import { livePodsOf } from "./replica-set.ts";

/** One pod on every node. */
export const stepDaemonSet: Step = (set, view) => {
  if (isEnding(set)) return [];
  const pods = livePodsOf(set, view);
  const nodes = view.list("nodes").filter((node) => !isEnding(node));
  const homes = new Set(pods.map((pod) => stringAt(pod["spec"], "nodeName")));
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  const missing = nodes
    .filter(({ metadata }) => !homes.has(metadata.name))
    .map(({ metadata }): Intent => ({
      type: "create",
      collection: "pods",
      object: podFrom(set, { nodeName: metadata.name }),
    }));
  const lost = pods
    .filter((pod) => !names.has(stringAt(pod["spec"], "nodeName") ?? ""))
    .map((pod): Intent => ({
      type: "remove",
      collection: "pods",
      namespace: namespaceOf(pod),
      name: pod.metadata.name,
    }));
  const ready = pods.filter(isReady).length;
  const status = {
    currentNumberScheduled: pods.length,
    numberMisscheduled: lost.length,
    desiredNumberScheduled: nodes.length,
    numberReady: ready,
    ...(ready === 0 ? {} : { numberAvailable: ready }),
    updatedNumberScheduled: pods.length,
    observedGeneration: set.metadata.generation ?? 1,
  };
  return [...missing, ...lost, ...statusIntent("daemonsets.apps", set, status)];
};
