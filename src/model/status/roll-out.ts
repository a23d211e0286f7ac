import { numberAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { isUnobserved, terminating } from "./generic.ts";
import { type Status } from "./status.ts";

/** How many replicas there are of each sort; what Kubernetes leaves out is 0. */
export type Replicas = Readonly<{ wanted: number; existing: number; updated: number; available: number }>;

const progressing = (reason: string): Status => ({ word: "Progressing", reason, healthy: "progressing" });

/** What keeps any controller of pods from being judged by its numbers yet. */
export function unsettled(object: KubeObject): Status | undefined {
  const ending = terminating(object);
  if (ending !== undefined) return ending;
  if (isUnobserved(object)) return progressing("the controller has not seen the latest spec yet");
  const failure = conditionOf(object, "ReplicaFailure");
  return failure?.status === "True" ? { word: "ReplicaFailure", reason: wordsOf(failure), healthy: false } : undefined;
}

/** Judges by numbers: everything updated, nothing old left, everything available. */
export function byReplicas({ wanted, existing, updated, available }: Replicas): Status {
  if (updated < wanted) return progressing(`${updated} of ${wanted} replicas are updated`);
  if (existing > updated) return progressing(`${existing - updated} old replicas are still to end`);
  if (available < wanted) return progressing(`${available} of ${wanted} replicas are available`);
  return wanted === 0
    ? { word: "ScaledToZero", reason: "no replicas are wanted", healthy: true }
    : { word: "Available", reason: "", healthy: true };
}

/** How many replicas are wanted: 1 where nothing is said. */
export const wantedReplicas = (object: KubeObject): number => numberAt(object, "spec", "replicas") ?? 1;

/** A count of the status; 0 where there is none. */
export const replicas = (object: KubeObject, field: string): number => numberAt(object, "status", field) ?? 0;
