import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { terminating } from "./generic.ts";
import { type Status } from "./status.ts";

/** An autoscaler is "Active", "Limited" by its bounds, "Inactive" without metrics, or "Unable" to scale its target. */
export function horizontalPodAutoscalerStatus(hpa: KubeObject): Status {
  const ending = terminating(hpa);
  if (ending !== undefined) return ending;
  const able = conditionOf(hpa, "AbleToScale");
  const active = conditionOf(hpa, "ScalingActive");
  const limited = conditionOf(hpa, "ScalingLimited");
  if (able?.status === "False") return { word: "Unable", reason: wordsOf(able), healthy: false };
  if (active?.status === "False")
    return { word: "Inactive", reason: wordsOf(active), healthy: active.reason === "ScalingDisabled" };
  if (limited?.status === "True") return { word: "Limited", reason: wordsOf(limited), healthy: true };
  if (active === undefined) return { word: "Pending", reason: "no metrics were read yet", healthy: "progressing" };
  return { word: "Active", reason: "", healthy: true };
}
