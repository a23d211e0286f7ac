import { jsonAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { byReplicas, replicas, unsettled, wantedReplicas } from "./roll-out.ts";
import { type Status } from "./status.ts";

/** A deployment as `kubectl rollout status` judges it. */
export function deploymentStatus(deployment: KubeObject): Status {
  const early = unsettled(deployment);
  if (early !== undefined) return early;
  const rollOut = conditionOf(deployment, "Progressing");
  if (rollOut?.reason === "ProgressDeadlineExceeded")
    return { word: "ProgressDeadlineExceeded", reason: wordsOf(rollOut), healthy: false };
  const status = byReplicas({
    wanted: wantedReplicas(deployment),
    existing: replicas(deployment, "replicas"),
    updated: replicas(deployment, "updatedReplicas"),
    available: replicas(deployment, "availableReplicas"),
  });
  if (jsonAt(deployment, "spec", "paused") !== true) return status;
  return { word: "Paused", reason: status.reason || "the roll-out is paused", healthy: status.healthy };
}
