import { type JsonObject, type KubeObject, numberAt, objectAt, stringAt } from "../../model/index.ts";
import { type Intent, isEnding, type Step, statusIntent, uidOf } from "./model.ts";
import { podFrom } from "./pods.ts";
import { hasEnded } from "./replica-set.ts";

/** Runs pods until as many have succeeded as are wanted. */
export const stepJob: Step = (job, view) => {
  if (isEnding(job)) return [];
  const pods = view
    .ownedBy(uidOf(job))
    .filter(({ collection }) => collection === "pods")
    .map(({ object }) => object);
  const succeeded = pods.filter((pod) => stringAt(pod["status"], "phase") === "Succeeded").length;
  const failed = pods.filter((pod) => stringAt(pod["status"], "phase") === "Failed").length;
  const active = pods.filter((pod) => !hasEnded(pod) && !isEnding(pod)).length;
  const wanted = numberAt(job["spec"], "completions") ?? 1;
  const before = objectAt(job["status"]);
  const givenUp = failed > (numberAt(job["spec"], "backoffLimit") ?? 6);
  const room = Math.min(numberAt(job["spec"], "parallelism") ?? 1, wanted - succeeded) - active;
  const more = givenUp ? 0 : Math.max(0, room);
  const pod = (): KubeObject => withoutRestarts(podFrom(job));
  const made = Array.from({ length: more }, (): Intent => ({ type: "create", collection: "pods", object: pod() }));
  const counts = {
    ...(active === 0 ? {} : { active, ready: active }),
    ...(succeeded === 0 ? {} : { succeeded }),
    ...(failed === 0 ? {} : { failed }),
  };
  const at = timestamp(view.nowMs);
  const status = {
    startTime: before["startTime"] ?? at,
    ...counts,
    ...endOf({ before, succeeded, wanted, givenUp, at }),
  };
  return [...made, ...statusIntent("jobs.batch", job, status)];
};

const timestamp = (nowMs: number): string => new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");

type Ending = Readonly<{ before: JsonObject; succeeded: number; wanted: number; givenUp: boolean; at: string }>;

function endOf({ before, succeeded, wanted, givenUp, at }: Ending): JsonObject {
  if (before["conditions"] !== undefined)
    return {
      conditions: before["conditions"],
      ...(before["completionTime"] === undefined ? {} : { completionTime: before["completionTime"] }),
    };
  const condition = (type: string, reason?: string) => [
    { type, status: "True", lastProbeTime: at, lastTransitionTime: at, ...(reason === undefined ? {} : { reason }) },
  ];
  if (succeeded >= wanted) return { conditions: condition("Complete", "CompletionsReached"), completionTime: at };
  return givenUp ? { conditions: condition("Failed", "BackoffLimitExceeded") } : {};
}

/** What failed stays failed: the next try is another pod. */
const withoutRestarts = (pod: KubeObject): KubeObject => {
  const spec = objectAt(pod["spec"]);
  return { ...pod, spec: { ...spec, restartPolicy: spec["restartPolicy"] === "OnFailure" ? "OnFailure" : "Never" } };
};
