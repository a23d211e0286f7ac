import { jsonAt, listAt, numberAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { summarizePod } from "../status/pod-summary.ts";
import {
  type Attribute,
  type AttributesByKind,
  boolean,
  count,
  distinct,
  eachText,
  number,
  text,
  texts,
  time,
} from "./attribute.ts";

type Path = readonly string[];

/** Of the containers of the pod spec at a path, init containers included. */
function containerAttributes(spec: Path): readonly Attribute[] {
  const all = (object: KubeObject) => [
    ...listAt(object, ...spec, "initContainers"),
    ...listAt(object, ...spec, "containers"),
  ];
  return [
    texts({ name: "images", says: "images of its containers, each once, init containers included" }, (object) =>
      distinct(eachText(all(object), "image")),
    ),
    texts({ name: "containers", says: "names of its containers, without init containers" }, (object) =>
      eachText(listAt(object, ...spec, "containers"), "name"),
    ),
  ];
}

const template = ["spec", "template", "spec"];
const ready = (of: (object: KubeObject) => string): Attribute =>
  text({ name: "ready", says: 'how many of how many are ready: "1/2"' }, of);
const readyOf = (object: KubeObject, wanted: Path, own: Path): string =>
  `${numberAt(object, ...own) ?? 0}/${numberAt(object, ...wanted) ?? 0}`;
const replicas = { name: "replicas", says: "how many pods are wanted" };
const currentReplicas = { name: "currentReplicas", says: "how many pods there are" };
const readyReplicas = { name: "readyReplicas", says: "how many of them are ready" };
const updatedReplicas = { name: "updatedReplicas", says: "how many of them are of the latest template" };
const availableReplicas = { name: "availableReplicas", says: "how many of them have been ready for long enough" };

const podAttributes: readonly Attribute[] = [
  text({ name: "phase", says: "Pending, Running, Succeeded, Failed or Unknown" }, ["status", "phase"]),
  ready((pod) => {
    const { readyContainers, totalContainers } = summarizePod(pod);
    return `${readyContainers}/${totalContainers}`;
  }),
  number({ name: "restarts", says: "how often its containers were restarted" }, (pod) => summarizePod(pod).restarts),
  time(
    { name: "lastRestartAt", says: "when the last restarted container had ended" },
    (pod) => summarizePod(pod).lastRestartAt,
  ),
  text({ name: "node", says: "the node it runs on" }, ["spec", "nodeName"]),
  text({ name: "ip", says: "its address, the first of several" }, ["status", "podIP"]),
  texts({ name: "ips", says: "all its addresses" }, (pod) => eachText(listAt(pod, "status", "podIPs"), "ip")),
  text({ name: "hostIP", says: "its node's address" }, ["status", "hostIP"]),
  ...containerAttributes(["spec"]),
  text({ name: "qosClass", says: "Guaranteed, Burstable or BestEffort" }, ["status", "qosClass"]),
  text({ name: "serviceAccount", says: "the ServiceAccount it runs as" }, ["spec", "serviceAccountName"]),
  text({ name: "priorityClass", says: "its PriorityClass" }, ["spec", "priorityClassName"]),
  time({ name: "startedAt", says: "when its node took it on" }, ["status", "startTime"]),
];

const replicaSetAttributes: readonly Attribute[] = [
  count(replicas, ["spec", "replicas"]),
  ready((set) => readyOf(set, ["spec", "replicas"], ["status", "readyReplicas"])),
  count(currentReplicas, ["status", "replicas"]),
  count(readyReplicas, ["status", "readyReplicas"]),
  count(availableReplicas, ["status", "availableReplicas"]),
  ...containerAttributes(template),
];

const revision = text(
  { name: "revision", says: "the number of its roll-out" },
  ({ metadata }) => metadata.annotations?.["deployment.kubernetes.io/revision"],
);

const statefulAttributes: readonly Attribute[] = [
  ...replicaSetAttributes,
  count(updatedReplicas, ["status", "updatedReplicas"]),
  text(
    { name: "strategy", says: "how it is rolled out: RollingUpdate, Recreate or OnDelete" },
    (object) => stringAt(object, "spec", "strategy", "type") ?? stringAt(object, "spec", "updateStrategy", "type"),
  ),
];

const daemonSetAttributes: readonly Attribute[] = [
  count(replicas, ["status", "desiredNumberScheduled"]),
  ready((set) => readyOf(set, ["status", "desiredNumberScheduled"], ["status", "numberReady"])),
  count(currentReplicas, ["status", "currentNumberScheduled"]),
  count(readyReplicas, ["status", "numberReady"]),
  count(availableReplicas, ["status", "numberAvailable"]),
  count(updatedReplicas, ["status", "updatedNumberScheduled"]),
  text({ name: "strategy", says: "how it is rolled out: RollingUpdate or OnDelete" }, [
    "spec",
    "updateStrategy",
    "type",
  ]),
  ...containerAttributes(template),
];

const jobAttributes: readonly Attribute[] = [
  number({ name: "completions", says: "how many pods have to succeed" }, ["spec", "completions"]),
  count({ name: "succeeded", says: "how many pods succeeded" }, ["status", "succeeded"]),
  count({ name: "failed", says: "how many pods failed" }, ["status", "failed"]),
  count({ name: "active", says: "how many pods run, or jobs of a CronJob" }, ["status", "active"]),
  time({ name: "startedAt", says: "when it was started" }, ["status", "startTime"]),
  time({ name: "completedAt", says: "when it was done" }, ["status", "completionTime"]),
  boolean({ name: "suspended", says: "whether it waits to be resumed" }, ["spec", "suspend"]),
  ...containerAttributes(template),
];

const cronJobAttributes: readonly Attribute[] = [
  text({ name: "schedule", says: "when it is due, as cron writes it" }, ["spec", "schedule"]),
  text({ name: "timeZone", says: "the time zone of its schedule" }, ["spec", "timeZone"]),
  boolean({ name: "suspended", says: "whether it waits to be resumed" }, ["spec", "suspend"]),
  number(
    { name: "active", says: "how many pods run, or jobs of a CronJob" },
    (job) => listAt(job, "status", "active").length,
  ),
  time({ name: "lastScheduleAt", says: "when it last was due" }, ["status", "lastScheduleTime"]),
  time({ name: "lastSuccessAt", says: "when a job of it last succeeded" }, ["status", "lastSuccessfulTime"]),
  ...containerAttributes(["spec", "jobTemplate", ...template]),
];

const autoscalerAttributes: readonly Attribute[] = [
  text({ name: "target", says: 'what it scales: "Deployment/web"' }, (object) => {
    const target = jsonAt(object, "spec", "scaleTargetRef");
    const [kind, name] = [stringAt(target, "kind"), stringAt(target, "name")];
    return kind && name && `${kind}/${name}`;
  }),
  number(
    { name: "minReplicas", says: "the fewest pods it leaves" },
    (object) => numberAt(object, "spec", "minReplicas") ?? 1,
  ),
  number({ name: "maxReplicas", says: "the most pods it makes" }, ["spec", "maxReplicas"]),
  count(currentReplicas, ["status", "currentReplicas"]),
  count({ name: "desiredReplicas", says: "how many pods it wants now" }, ["status", "desiredReplicas"]),
];

const numberOrShare = (object: KubeObject, key: string): string | undefined => {
  const value = jsonAt(object, "spec", key);
  return value === undefined ? undefined : String(value);
};

const disruptionBudgetAttributes: readonly Attribute[] = [
  text({ name: "minAvailable", says: "pods, or their share, that must stay" }, (budget) =>
    numberOrShare(budget, "minAvailable"),
  ),
  text({ name: "maxUnavailable", says: "pods, or their share, that may be away" }, (budget) =>
    numberOrShare(budget, "maxUnavailable"),
  ),
  count({ name: "allowedDisruptions", says: "how many pods may be evicted now" }, ["status", "disruptionsAllowed"]),
  count({ name: "currentHealthy", says: "how many of its pods are healthy" }, ["status", "currentHealthy"]),
  count({ name: "desiredHealthy", says: "how many of its pods have to be" }, ["status", "desiredHealthy"]),
];

export const workloads: AttributesByKind = {
  "/Pod": podAttributes,
  "/ReplicationController": replicaSetAttributes,
  "apps/Deployment": [
    ...statefulAttributes,
    boolean({ name: "paused", says: "whether its roll-out is paused" }, ["spec", "paused"]),
    revision,
  ],
  "apps/ReplicaSet": [...replicaSetAttributes, revision],
  "apps/StatefulSet": [
    ...statefulAttributes,
    text({ name: "service", says: "the Service that it belongs to" }, ["spec", "serviceName"]),
  ],
  "apps/DaemonSet": daemonSetAttributes,
  "batch/Job": jobAttributes,
  "batch/CronJob": cronJobAttributes,
  "autoscaling/HorizontalPodAutoscaler": autoscalerAttributes,
  "policy/PodDisruptionBudget": disruptionBudgetAttributes,
};
