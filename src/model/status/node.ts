import { jsonAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf, conditionsOf, wordsOf } from "./conditions.ts";
import { type Status } from "./status.ts";

/** "Ready", "NotReady" or "Unknown", with ",SchedulingDisabled" while the node is cordoned. */
export function nodeStatus(node: KubeObject): Status {
  const ready = conditionOf(node, "Ready");
  const cordoned = jsonAt(node, "spec", "unschedulable") === true;
  const word = `${readyWord(ready?.status)}${cordoned ? ",SchedulingDisabled" : ""}`;
  if (ready === undefined) return { word, reason: "the kubelet has not told its state yet", healthy: "progressing" };
  if (ready.status !== "True") return { word, reason: wordsOf(ready), healthy: false };
  const pressure = conditionsOf(node).filter(({ type, status }) => type !== "Ready" && status === "True");
  if (pressure.length > 0) return { word, reason: pressure.map(wordsOf).join("; "), healthy: false };
  return { word, reason: cordoned ? "cordoned: takes no new pods" : "", healthy: true };
}

function readyWord(status: string | undefined): string {
  if (status === undefined) return "Unknown";
  return status === "True" ? "Ready" : "NotReady";
}
