import { type JsonObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from "../../model/index.ts";
import { formatSelector } from "../tables/labels.ts";
import { describeContainers } from "./containers.ts";
import { type DescribeContext, type Describer } from "./describer.ts";
import { field, type Field, group, optional } from "./field.ts";
import { stateOf } from "./generic.ts";
import { controllerOf, identity, labelsAndAnnotations, mapLines, timeText } from "./metadata.ts";
import { conditionTable, describeVolumes, tolerationLines } from "./pod.ts";

/** A deployment: replicas, strategy, template, conditions, and the replica sets behind it. */
export const describeDeployment: Describer = async (deployment, context) => [
  ...head(deployment, context),
  field("Replicas", replicasText(deployment)),
  field("StrategyType", strategyText(objectAt(deployment, "spec", "strategy"))),
  field("MinReadySeconds", String(numberAt(deployment, "spec", "minReadySeconds") ?? 0)),
  template(objectAt(deployment, "spec", "template")),
  conditionTable(deployment),
  ...(await replicaSets(deployment, context)),
];

/** Stateful sets, daemon sets, replica sets, replication controllers and jobs: what makes pods from a template. */
export const describeWorkload: Describer = async (workload, context) => [
  ...head(workload, context),
  ...optional("Controlled By", controllerOf(workload)),
  ...(workload.kind === "DaemonSet" || workload.kind === "Job" ? [] : [field("Replicas", replicasText(workload))]),
  ...counts(workload),
  template(objectAt(workload, "spec", "template")),
  ...(listAt(workload["status"], "conditions").length === 0 ? [] : [conditionTable(workload)]),
];

const head = (workload: KubeObject, { cluster }: DescribeContext): readonly Field[] => [
  ...identity(workload, cluster),
  ...optional("CreationTimestamp", timeText(workload.metadata.creationTimestamp)),
  ...labelsAndAnnotations(workload),
  ...stateOf(workload),
  field("Selector", selectorText(objectAt(workload, "spec", "selector"))),
];

/** A replication controller's selector is a plain map. */
const selectorText = (selector: JsonObject): string =>
  "matchLabels" in selector || "matchExpressions" in selector
    ? formatSelector(selector, "<none>")
    : mapLines(selector, "=").join(",");

function replicasText(workload: KubeObject): string {
  const count = (key: string): number => numberAt(workload, "status", key) ?? 0;
  const desired = numberAt(workload, "spec", "replicas") ?? 1;
  return `${desired} desired | ${count("updatedReplicas")} updated | ${count("replicas")} total | ${count("availableReplicas")} available | ${count("unavailableReplicas")} unavailable`;
}

function strategyText(strategy: JsonObject): string {
  const type = stringAt(strategy, "type") ?? "";
  const rolling = objectAt(strategy, "rollingUpdate");
  const parts = Object.entries(rolling).map(([key, value]) => `${key}=${String(value)}`);
  return parts.length === 0 ? type : `${type} (${parts.sort().join(", ")})`;
}

/** The numbers of a status, under their own names. */
function counts({ kind, status }: KubeObject): readonly Field[] {
  const names: Readonly<Record<string, readonly (readonly [label: string, key: string])[]>> = {
    DaemonSet: [
      ["Desired Number of Nodes Scheduled", "desiredNumberScheduled"],
      ["Current Number of Nodes Scheduled", "currentNumberScheduled"],
      ["Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"],
      ["Number of Nodes Scheduled with Available Pods", "numberAvailable"],
      ["Number of Nodes Misscheduled", "numberMisscheduled"],
    ],
    Job: [
      ["Active", "active"],
      ["Ready", "ready"],
      ["Succeeded", "succeeded"],
      ["Failed", "failed"],
    ],
  };
  return (names[kind] ?? []).map(([label, key]) => field(label, String(numberAt(status, key) ?? 0)));
}

function template(pod: JsonObject): Field {
  const { spec, metadata } = pod;
  const init = listAt(spec, "initContainers");
  return group("Pod Template", [
    field("Labels", mapLines(objectAt(metadata, "labels"), "=")),
    ...optional("Service Account", stringAt(spec, "serviceAccountName")),
    ...(init.length === 0 ? [] : [describeContainers("Init Containers", init)]),
    describeContainers("Containers", listAt(spec, "containers")),
    describeVolumes(listAt(spec, "volumes")),
    field("Node-Selectors", mapLines(objectAt(spec, "nodeSelector"), "=")),
    field("Tolerations", tolerationLines(listAt(spec, "tolerations"))),
  ]);
}

const revisionOf = ({ metadata }: KubeObject): string | undefined =>
  metadata.annotations?.["deployment.kubernetes.io/revision"];

/** The newest replica set has the deployment's own revision; of the others, those that still have replicas. */
async function replicaSets(deployment: KubeObject, { ask }: DescribeContext): Promise<readonly Field[]> {
  const { namespace, uid } = deployment.metadata;
  const labelSelector = formatSelector(objectAt(deployment, "spec", "selector"), "");
  const found = await ask("replicasets.apps", { namespace, labelSelector });
  const own = found.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  const text = (sets: readonly KubeObject[]): readonly string[] =>
    sets.length === 0 ? ["<none>"] : sets.map((set) => `${set.metadata.name} (${createdText(set)})`);
  const isNew = (set: KubeObject): boolean => revisionOf(set) === revisionOf(deployment);
  const old = own.filter((set) => !isNew(set) && (numberAt(set, "status", "replicas") ?? 0) > 0);
  return [field("OldReplicaSets", text(old)), field("NewReplicaSet", text(own.filter(isNew)))];
}

const createdText = (set: KubeObject): string =>
  `${numberAt(set, "status", "replicas") ?? 0}/${numberAt(set, "spec", "replicas") ?? 0} replicas created`;
