import { type JsonValue, jsonAt, objectAt } from "../../model/index.ts";
import { isEnding, namespaceOf, type Step, statusIntent } from "./model.ts";
import { isReady } from "./pods.ts";

const collection = "poddisruptionbudgets.policy";

/** Counts the pods that a budget chooses, and how many of them may go. */
export const stepDisruptionBudget: Step = (budget, view) => {
  const selector = Object.entries(objectAt(budget["spec"], "selector", "matchLabels"));
  if (isEnding(budget) || selector.length === 0) return [];
  const pods = view
    .list("pods", namespaceOf(budget))
    .filter((pod) => !isEnding(pod) && selector.every(([key, value]) => pod.metadata.labels?.[key] === value));
  const currentHealthy = pods.filter(isReady).length;
  const [least, most] = [jsonAt(budget["spec"], "minAvailable"), jsonAt(budget["spec"], "maxUnavailable")];
  const desiredHealthy =
    least === undefined ? Math.max(0, pods.length - partOf(most, pods.length)) : partOf(least, pods.length);
  return statusIntent(collection, budget, {
    observedGeneration: budget.metadata.generation ?? 1,
    expectedPods: pods.length,
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
  });
};

/** A number, or a share of all, rounded up as the real controller does. */
function partOf(value: JsonValue | undefined, all: number): number {
  if (typeof value === "number") return value;
  return typeof value === "string" ? Math.ceil((Number.parseInt(value, 10) / 100) * all) : 0;
}
