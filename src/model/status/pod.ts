import { type JsonValue, numberAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { isPodReady, type PodSummary, summarizePod } from "./pod-summary.ts";
import { type Status } from "./status.ts";

/** Words of a pod that is still being set up or taken down. */
const onItsWay = new Set([
  "Pending",
  "ContainerCreating",
  "PodInitializing",
  "Terminating",
  "NotReady",
  "SchedulingGated",
]);

/** A pod's word as kubectl's STATUS column has it, with the reason that kubectl shows only in `describe`. */
export function podStatus(pod: KubeObject): Status {
  const summary = summarizePod(pod);
  return { word: summary.word, reason: reasonOf(pod, summary), healthy: healthOf(pod, summary.word) };
}

function healthOf(pod: KubeObject, word: string): Status["healthy"] {
  if (word === "Running") return isPodReady(pod) || "progressing";
  if (word === "Completed" || word === "Succeeded") return true;
  if (word === "Pending" && isUnschedulable(pod)) return false;
  return onItsWay.has(word) || /^Init:\d+\/\d+$/.test(word) ? "progressing" : false;
}

const isUnschedulable = (pod: KubeObject): boolean => {
  const scheduled = conditionOf(pod, "PodScheduled");
  return scheduled?.status === "False" && scheduled.reason === "Unschedulable";
};

function reasonOf(pod: KubeObject, { word, container }: PodSummary): string {
  if (word === "Terminating") return `deleted ${pod.metadata.deletionTimestamp ?? ""}, waiting for its end`.trim();
  if (container !== undefined) return containerReason(container);
  const unscheduled = conditionOf(pod, "PodScheduled");
  if (unscheduled?.status === "False") return wordsOf(unscheduled);
  const said = stringAt(pod, "status", "message");
  if (said) return said;
  return word === "Running" && !isPodReady(pod) ? wordsOf(conditionOf(pod, "Ready")) : "";
}

function containerReason(container: JsonValue): string {
  const name = stringAt(container, "name") ?? "";
  const waiting = stringAt(container, "state", "waiting", "message");
  if (waiting) return `container ${name}: ${waiting}`;
  const code = numberAt(container, "state", "terminated", "exitCode");
  if (code === undefined)
    return `container ${name} is ${stringAt(container, "state", "waiting", "reason") ?? "not up yet"}`;
  if (code === 0) return "";
  const said = stringAt(container, "state", "terminated", "message");
  return `container ${name} ended with ${code}${said ? `: ${said.trim()}` : ""}`;
}
