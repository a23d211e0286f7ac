import { numberAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { type Status } from "./status.ts";

/** kubectl's words for a job, the first that holds. */
export function jobStatus(job: KubeObject): Status {
  const is = (type: string): boolean => conditionOf(job, type)?.status === "True";
  const said = (type: string): string => wordsOf(conditionOf(job, type));
  if (is("Complete")) return { word: "Complete", reason: "", healthy: true };
  if (is("Failed")) return { word: "Failed", reason: said("Failed"), healthy: false };
  if (job.metadata.deletionTimestamp !== undefined)
    return { word: "Terminating", reason: "being deleted", healthy: "progressing" };
  if (is("Suspended")) return { word: "Suspended", reason: said("Suspended"), healthy: "progressing" };
  if (is("FailureTarget")) return { word: "FailureTarget", reason: said("FailureTarget"), healthy: false };
  if (is("SuccessCriteriaMet"))
    return { word: "SuccessCriteriaMet", reason: said("SuccessCriteriaMet"), healthy: "progressing" };
  return { word: "Running", reason: podCounts(job), healthy: "progressing" };
}

function podCounts(job: KubeObject): string {
  const counts = (["active", "succeeded", "failed"] as const).map((word) => ({
    word,
    pods: numberAt(job, "status", word) ?? 0,
  }));
  return counts.flatMap(({ word, pods }) => (pods > 0 ? [`${pods} ${word}`] : [])).join(", ");
}
