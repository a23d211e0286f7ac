import { numberAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf, type Condition, wordsOf } from "./conditions.ts";
import { type Status } from "./status.ts";

/** Conditions that say by themselves that something is wrong, that work goes on, or that all is well. */
const wrong = ["Stalled", "Failed", "Degraded"];
const working = ["Reconciling", "Progressing", "Issuing"];
const well = ["Ready", "Available", "Healthy", "Established", "Programmed", "Accepted", "Synced"];

/** What the conventions of Kubernetes tell of any object: deletion, conditions, observedGeneration, phase. */
export function genericStatus(object: KubeObject): Status {
  return terminating(object) ?? byConditions(object) ?? byPhase(object) ?? present;
}

/** An object that only has to exist. */
const present: Status = { word: "Present", reason: "", healthy: true };

/** The state of an object that is being deleted: what it still waits for. */
export function terminating({ metadata }: KubeObject): Status | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  const finalizers = metadata.finalizers ?? [];
  const reason = finalizers.length === 0 ? "being deleted" : `deletion waits for ${finalizers.join(", ")}`;
  return { word: "Terminating", reason, healthy: "progressing" };
}

/** True while the controller has not yet seen the latest spec. */
export function isUnobserved(object: KubeObject): boolean {
  const observed = numberAt(object, "status", "observedGeneration");
  return observed !== undefined && observed < (object.metadata.generation ?? 0);
}

function byConditions(object: KubeObject): Status | undefined {
  const bad = firstTrue(object, wrong);
  if (bad !== undefined) return { word: bad.type, reason: wordsOf(bad), healthy: false };
  const busy = firstTrue(object, working);
  const ready = well.map((type) => conditionOf(object, type)).find((condition) => condition !== undefined);
  if (ready === undefined) return busy && { word: busy.type, reason: wordsOf(busy), healthy: "progressing" };
  if (isUnobserved(object))
    return { word: "Reconciling", reason: "the latest spec was not seen yet", healthy: "progressing" };
  if (ready.status === "True") return { word: ready.type, reason: "", healthy: true };
  const healthy = busy !== undefined || ready.status !== "False" ? "progressing" : false;
  return { word: `Not${ready.type}`, reason: wordsOf(ready), healthy };
}

const firstTrue = (object: KubeObject, types: readonly string[]): Condition | undefined =>
  types.map((type) => conditionOf(object, type)).find((condition) => condition?.status === "True");

const goodPhases = new Set(["Active", "Available", "Bound", "Complete", "Completed", "Ready", "Running", "Succeeded"]);
const badPhases = new Set(["Error", "Failed", "Lost", "Unhealthy"]);

function byPhase(object: KubeObject): Status | undefined {
  const phase = stringAt(object, "status", "phase");
  if (!phase) return undefined;
  const reason = stringAt(object, "status", "message") || (stringAt(object, "status", "reason") ?? "");
  if (goodPhases.has(phase)) return { word: phase, reason, healthy: true };
  return { word: phase, reason, healthy: badPhases.has(phase) ? false : "progressing" };
}
