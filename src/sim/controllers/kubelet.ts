import { type JsonObject, type KubeObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { type Intent, isEnding, namespaceOf, type TimedStep, type View } from "./model.ts";
import { hasEnded } from "./replica-set.ts";

/** How long things take on a simulated node. */
export type KubeletPace = Readonly<{ startMs: number; stopMs: number; jobMs: number }>;

export const defaultPace: KubeletPace = { startMs: 1_500, stopMs: 1_000, jobMs: 8_000 };

/**
 * One pod's next moment: bound to a node, started after a while, a job's pod done after a while, an ending one taken
 * away. `sinceMs` is how long the pod has been as it is.
 */
export function stepPod(
  pod: KubeObject,
  view: View,
  { sinceMs, pace }: Readonly<{ sinceMs: number; pace: KubeletPace }>,
): TimedStep {
  const later = (afterMs: number, intents: () => readonly Intent[]): TimedStep =>
    sinceMs >= afterMs ? { intents: intents() } : { intents: [], againInMs: afterMs - sinceMs };
  if (isEnding(pod))
    return later(pace.stopMs, () => [
      { type: "remove", collection: "pods", namespace: namespaceOf(pod), name: pod.metadata.name },
    ]);
  if (hasEnded(pod)) return { intents: [] };
  if (stringAt(pod["spec"], "nodeName") === undefined) return { intents: bind(pod, view) };
  if (stringAt(pod["status"], "phase") === "Pending") return later(pace.startMs, () => [running(pod, view)]);
  const ends =
    stringAt(pod["spec"], "restartPolicy") !== "Always" &&
    pod.metadata.ownerReferences?.some(({ kind }) => kind === "Job") === true;
  return ends ? later(pace.jobMs, () => [succeeded(pod, view)]) : { intents: [] };
}

/** To any node that takes pods; without one the pod waits. */
function bind(pod: KubeObject, view: View): readonly Intent[] {
  const nodes = view
    .list("nodes")
    .filter((node) => !isEnding(node) && isNodeReady(node) && objectAt(node["spec"])["unschedulable"] !== true);
  const node = nodes[Math.floor(view.random() * nodes.length)];
  if (node === undefined) return [];
  return [
    {
      type: "update",
      collection: "pods",
      object: { ...pod, spec: { ...objectAt(pod["spec"]), nodeName: node.metadata.name } },
    },
  ];
}

export const isNodeReady = (node: KubeObject): boolean =>
  listAt(node["status"], "conditions").some(
    (condition) => stringAt(condition, "type") === "Ready" && stringAt(condition, "status") === "True",
  );

const timestamp = (nowMs: number): string => new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
const withStatus = (pod: KubeObject, status: JsonObject): Intent => ({
  type: "status",
  collection: "pods",
  object: { ...pod, status: { ...objectAt(pod["status"]), ...status } } as KubeObject,
});

const conditions = (ready: boolean, at: string, reason?: string): readonly JsonObject[] =>
  ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
    type,
    status: ready || type === "PodScheduled" || type === "Initialized" ? "True" : "False",
    lastProbeTime: null,
    lastTransitionTime: at,
    ...(reason === undefined || ready ? {} : { reason }),
  }));

function running(pod: KubeObject, view: View): Intent {
  const at = timestamp(view.nowMs);
  const octet = (): number => 1 + Math.floor(view.random() * 253);
  const podIP = `10.${octet()}.${octet()}.${octet()}`;
  const containerStatuses = listAt(pod["spec"], "containers").map((container) => ({
    name: stringAt(container, "name") ?? "",
    image: stringAt(container, "image") ?? "",
    imageID: "",
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: at } },
    lastState: {},
  }));
  return withStatus(pod, {
    phase: "Running",
    conditions: conditions(true, at),
    hostIP: "10.0.0.1",
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: at,
    containerStatuses,
  });
}

function succeeded(pod: KubeObject, view: View): Intent {
  const at = timestamp(view.nowMs);
  const containerStatuses = listAt(pod["status"], "containerStatuses").map((status) => ({
    ...objectAt(status),
    ready: false,
    started: false,
    state: { terminated: { exitCode: 0, reason: "Completed", startedAt: at, finishedAt: at } },
  }));
  return withStatus(pod, { phase: "Succeeded", conditions: conditions(false, at, "PodCompleted"), containerStatuses });
}
