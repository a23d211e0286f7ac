import { type JsonValue, jsonAt, numberAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { terminating } from "./generic.ts";
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
  if (word === "Pending" && conditionOf(pod, "PodScheduled")?.reason === "Unschedulable") return false;
  return onItsWay.has(word) || isInitCount(word) ? "progressing" : false;
}

const isInitCount = (word: string): boolean => /^Init:\d+\/\d+$/.test(word);

function reasonOf(pod: KubeObject, { word, container }: PodSummary): string {
  if (word === "Terminating") return terminating(pod)?.reason ?? "";
  if (container !== undefined && isInitCount(word)) return initReason(container);
  if (container !== undefined && word !== "NotReady") return containerReason(container);
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return wordsOf(scheduled);
  const ready = word === "Running" || word === "NotReady" ? conditionOf(pod, "Ready") : undefined;
  return stringAt(pod, "status", "message") || (ready?.status === "False" ? wordsOf(ready) : "");
}

function initReason(container: JsonValue): string {
  const running = jsonAt(container, "state", "running") !== undefined;
  return `init container ${stringAt(container, "name") ?? ""} ${running ? "is running" : "has not started"}`;
}

function containerReason(container: JsonValue): string {
  const name = stringAt(container, "name") ?? "";
  const waiting = stringAt(container, "state", "waiting", "message");
  if (waiting) return `container ${name}: ${waiting}`;
  const code = numberAt(container, "state", "terminated", "exitCode");
  if (code === undefined) return `container ${name} is ${stringAt(container, "state", "waiting", "reason") ?? ""}`;
  if (code === 0) return "";
  const said = stringAt(container, "state", "terminated", "message");
  return `container ${name} ended with ${code}${said ? `: ${said.trim()}` : ""}`;
}
