import { numberAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { terminating } from "./generic.ts";
import { type Status } from "./status.ts";

/** A disruption budget: are there enough healthy pods, and may one be evicted? */
export function podDisruptionBudgetStatus(budget: KubeObject): Status {
  const ending = terminating(budget);
  if (ending !== undefined) return ending;
  const healthyPods = numberAt(budget, "status", "currentHealthy");
  const wanted = numberAt(budget, "status", "desiredHealthy") ?? 0;
  if (healthyPods === undefined)
    return { word: "Pending", reason: "its pods were not counted yet", healthy: "progressing" };
  const counted = `${healthyPods} healthy pods, ${wanted} wanted`;
  if (healthyPods < wanted) return { word: "InsufficientPods", reason: counted, healthy: false };
  const allowed = numberAt(budget, "status", "disruptionsAllowed") ?? 0;
  if (allowed > 0) return { word: "SufficientPods", reason: "", healthy: true };
  return { word: "NoDisruptionAllowed", reason: counted, healthy: true };
}
