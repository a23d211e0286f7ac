import { UsageError } from "../../base/index.ts";
import { type JsonObject, type KubeObject, objectAt, stringAt } from "../../model/index.ts";
import { type Findings, findObjects } from "../findings.ts";
import { type FleetCall, namespaceOf } from "../fleet-call.ts";
import { type Entry, entriesOf } from "../output/entries.ts";
import { parseQuestions } from "../question.ts";
import { formatLabels, formatSelector } from "../tables/labels.ts";

/** Pods that were found, in the fleet's order of clusters, and what is to be told of what was not. */
export type FoundPods = Readonly<{ pods: readonly Entry[]; untold: readonly string[] }>;

/** The pods that a word means: "web-1", "pod/web-1", or those of what makes pods: "deploy/web", "svc/web". */
export async function findPods(call: FleetCall, word: string): Promise<FoundPods> {
  const [question, ...others] = parseQuestions(word.includes("/") ? [word] : ["pod", word], "logs");
  if (question === undefined || others.length > 0)
    throw new UsageError(`"${word}": expected one pod, or one kind/name`);
  const findings = await findObjects(call, [question], { namespace: namespaceOf(call) });
  const owners = findings.sections.flatMap(entriesOf);
  const isPod = ({ object }: Entry): boolean => object.kind === "Pod" && object.apiVersion === "v1";
  const selected = await Promise.all(owners.filter((owner) => !isPod(owner)).map((owner) => podsOf(call, owner)));
  return {
    pods: [...owners.filter(isPod), ...selected.flatMap(({ pods }) => pods)],
    untold: [...untoldOf(findings), ...selected.flatMap(({ untold }) => untold)],
  };
}

/** The pods that a label selector means, in all chosen clusters. */
export async function selectPods(call: FleetCall, labelSelector: string): Promise<FoundPods> {
  const findings = await findObjects(call, [{ kind: "pods" }], { namespace: namespaceOf(call), labelSelector });
  return { pods: findings.sections.flatMap(entriesOf), untold: untoldOf(findings) };
}

/**
 * The one pod of one cluster that a command talks to; of what makes pods, one that runs. Undefined where there is
 * none, once that was said. Pods in several clusters are a UsageError that names them.
 */
export async function findOnePod(call: FleetCall, word: string): Promise<Entry | undefined> {
  const { pods, untold } = await findPods(call, word);
  for (const line of untold) call.output.note(line);
  const clusters = [...new Set(pods.map(({ cluster }) => cluster.id))];
  if (clusters.length > 1)
    throw new UsageError(`${word} is in clusters ${clusters.join(", ")}: choose one of them by --clusters`);
  if (pods.length === 0 && untold.length === 0) call.output.note(`error: ${word} has no pods`);
  return pods.find(({ object }) => stringAt(object, "status", "phase") === "Running") ?? pods[0];
}

const untoldOf = ({ failures, missing }: Findings): readonly string[] => [...failures, ...missing];

async function podsOf(call: FleetCall, { cluster, object }: Entry): Promise<FoundPods> {
  const labelSelector = podSelector(object);
  const filters = { namespace: object.metadata.namespace, labelSelector };
  const findings = await findObjects({ ...call, clusters: [cluster] }, [{ kind: "pods" }], filters);
  return { pods: findings.sections.flatMap(entriesOf), untold: untoldOf(findings) };
}

/** The selector of an object's pods as text; an object that selects no pods is a UsageError. */
function podSelector(object: KubeObject): string {
  const selector = objectAt(object, "spec", "selector");
  const text = isLabelSelector(selector) ? formatSelector(selector, "") : formatLabels(selector);
  if (text !== "" && text !== "<none>") return text;
  throw new UsageError(`${object.kind} ${object.metadata.name} selects no pods`);
}

/** Services and replication controllers have a plain map of labels. */
const isLabelSelector = (selector: JsonObject): boolean => "matchLabels" in selector || "matchExpressions" in selector;
