import { stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionsOf, wordsOf } from "./conditions.ts";
import { terminating } from "./generic.ts";
import { type Status } from "./status.ts";

/** A claim: "Bound", "Pending", "Lost" or "Terminating". */
export function persistentVolumeClaimStatus(claim: KubeObject): Status {
  const word = stringAt(claim, "status", "phase") ?? "";
  const ending = terminating(claim);
  if (ending !== undefined) return ending;
  const ongoing = conditionsOf(claim)
    .filter(({ status }) => status === "True")
    .map(wordsOf)
    .join("; ");
  if (word === "Bound") return { word, reason: ongoing, healthy: true };
  if (word === "Lost") return { word, reason: "its volume does not exist any more", healthy: false };
  return { word, reason: ongoing || "waiting for a volume", healthy: "progressing" };
}
