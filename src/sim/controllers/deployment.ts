import { type JsonObject, type KubeObject, numberAt, objectAt } from "../../model/index.ts";
import { type Intent, isEnding, type Step, statusIntent, uidOf, type View } from "./model.ts";
import { hashOf } from "./pods.ts";
import { replicaSetFrom } from "./replica-set.ts";

const collection = "replicasets.apps";

/** Rolls from old replica sets to that of the current template: never fewer than wanted less a quarter, nor more than wanted and a quarter. */
export const stepDeployment: Step = (deployment, view) => {
  if (isEnding(deployment)) return [];
  const hash = hashOf(objectAt(deployment["spec"], "template"));
  const sets = replicaSetsOf(deployment, view);
  const current = sets.find(({ metadata }) => metadata.name === `${deployment.metadata.name}-${hash}`);
  const wanted = numberAt(deployment["spec"], "replicas") ?? 1;
  const status = statusIntent(
    "deployments.apps",
    deployment,
    statusOf(deployment, { sets, current, wanted, nowMs: view.nowMs }),
  );
  if (current === undefined)
    return [
      {
        type: "create",
        collection,
        object: replicaSetFrom(deployment, hash, sets.length === 0 ? wanted : Math.min(wanted, surge(wanted))),
      },
      ...status,
    ];
  return [...roll(sets, current, wanted), ...status];
};

const replicaSetsOf = (deployment: KubeObject, view: View): readonly KubeObject[] =>
  view
    .ownedBy(uidOf(deployment))
    .filter((owned) => owned.collection === collection && !isEnding(owned.object))
    .map(({ object }) => object);

const surge = (wanted: number): number => Math.max(1, Math.ceil(wanted / 4));
const sum = (sets: readonly KubeObject[], ...path: readonly string[]): number =>
  sets.reduce((total, set) => total + (numberAt(set as JsonObject, ...path) ?? 0), 0);

function roll(sets: readonly KubeObject[], current: KubeObject, wanted: number): readonly Intent[] {
  const old = sets.filter((set) => set !== current && (numberAt(set["spec"], "replicas") ?? 0) > 0);
  const now = numberAt(current["spec"], "replicas") ?? 0;
  const room = wanted + surge(wanted) - sum(sets, "spec", "replicas");
  const grown = old.length === 0 ? wanted : Math.min(wanted, now + Math.max(0, room));
  const growth = grown === now ? [] : [scaled(current, grown)];
  const spare = sum(sets, "status", "readyReplicas") - (wanted - Math.floor(wanted / 4));
  return [...growth, ...shrink(old, Math.max(0, spare))];
}

function shrink(old: readonly KubeObject[], spare: number): readonly Intent[] {
  let left = spare;
  return old.flatMap((set) => {
    const replicas = numberAt(set["spec"], "replicas") ?? 0;
    const unready = replicas - (numberAt(set["status"], "readyReplicas") ?? 0);
    const less = Math.min(replicas, left + Math.max(0, unready));
    left -= Math.max(0, less - Math.max(0, unready));
    return less === 0 ? [] : [scaled(set, replicas - less)];
  });
}

const scaled = (set: KubeObject, replicas: number): Intent => ({
  type: "update",
  collection,
  object: { ...set, spec: { ...objectAt(set["spec"]), replicas } },
});

type Standing = Readonly<{
  sets: readonly KubeObject[];
  current: KubeObject | undefined;
  wanted: number;
  nowMs: number;
}>;

function statusOf(deployment: KubeObject, { sets, current, wanted, nowMs }: Standing): JsonObject {
  const [replicas, ready] = [sum(sets, "status", "replicas"), sum(sets, "status", "readyReplicas")];
  const updated = current === undefined ? 0 : (numberAt(current["status"], "replicas") ?? 0);
  const available = ready >= wanted - Math.floor(wanted / 4);
  const before = objectAt(deployment["status"]);
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(replicas === 0 ? {} : { replicas }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    ...(ready >= wanted ? {} : { unavailableReplicas: wanted - ready }),
    ...(before["collisionCount"] === undefined ? {} : { collisionCount: before["collisionCount"] }),
    conditions: [
      conditionOf(
        before,
        {
          type: "Available",
          status: available ? "True" : "False",
          reason: available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        },
        nowMs,
      ),
    ],
  };
}

/** A condition keeps its time while it stays what it was. */
function conditionOf(
  before: JsonObject,
  now: Readonly<{ type: string; status: string; reason: string }>,
  nowMs: number,
): JsonObject {
  const conditions = before["conditions"];
  const old = Array.isArray(conditions)
    ? objectAt(conditions.find((condition) => objectAt(condition)["type"] === now.type) ?? {})
    : {};
  const at = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  return { ...now, lastTransitionTime: old["status"] === now.status ? (old["lastTransitionTime"] ?? at) : at };
}
