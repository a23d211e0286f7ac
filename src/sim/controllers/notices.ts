import { type JsonObject, type KubeObject, listAt, numberAt, stringAt } from "../../model/index.ts";
import { isNodeReady } from "./kubelet.ts";
import { isEnding, namespaceOf, uidOf } from "./model.ts";

/** What a Kubernetes Event would tell of a change. */
export type Notice = Readonly<{
  about: About;
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  component: string;
}>;

export type About = Readonly<{ apiVersion: string; kind: string; namespace: string; name: string; uid: string }>;

/** One write as a controller sees it; undefined where there was, or is, no object. */
export type Seen = Readonly<{ collection: string; before: KubeObject | undefined; after: KubeObject | undefined }>;

/** What controllers and kubelets would say of a write: pure, and nothing for most. */
export function noticesOf({ collection, before, after }: Seen): readonly Notice[] {
  const object = after ?? before;
  if (object === undefined) return [];
  if (collection === "pods") return [...ofOwner(object, { before, after }), ...ofPod(before, after)];
  if (collection === "replicasets.apps" && after !== undefined) return ofReplicas(before, after);
  if (collection === "nodes" && before !== undefined && after !== undefined) return ofNode(before, after);
  if (collection === "jobs.batch" && after !== undefined) return ofJob(before, after);
  return [];
}

type Saying = readonly [type: Notice["type"], reason: string, message: string];

const say = (object: KubeObject | About, component: string, [type, reason, message]: Saying): Notice => ({
  about: "metadata" in object ? aboutOf(object) : object,
  type,
  reason,
  message,
  component,
});

const aboutOf = (object: KubeObject): About => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  namespace: namespaceOf(object),
  name: object.metadata.name,
  uid: uidOf(object),
});

/** The owner by which an object is controlled, as its reference names it. */
function ownerOf({ metadata }: KubeObject): About | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner && { ...owner, namespace: metadata.namespace ?? "" };
}

const components: Readonly<Record<string, string>> = {
  ReplicaSet: "replicaset-controller",
  StatefulSet: "statefulset-controller",
  DaemonSet: "daemonset-controller",
  Job: "job-controller",
};

function ofOwner(pod: KubeObject, { before, after }: Omit<Seen, "collection">): readonly Notice[] {
  const owner = ownerOf(pod);
  const component = components[owner?.kind ?? ""];
  if (owner === undefined || component === undefined) return [];
  const { name } = pod.metadata;
  if (before === undefined) return [say(owner, component, ["Normal", "SuccessfulCreate", `Created pod: ${name}`])];
  const ends = after !== undefined && isEnding(after) && !isEnding(before);
  return ends && owner.kind !== "Job"
    ? [say(owner, component, ["Normal", "SuccessfulDelete", `Deleted pod: ${name}`])]
    : [];
}

function ofPod(before: KubeObject | undefined, after: KubeObject | undefined): readonly Notice[] {
  if (after === undefined) return [];
  const was = (...path: readonly string[]): string | undefined =>
    before === undefined ? undefined : stringAt(before as JsonObject, ...path);
  const now = (...path: readonly string[]): string | undefined => stringAt(after as JsonObject, ...path);
  const node = now("spec", "nodeName");
  const where = `${namespaceOf(after)}/${after.metadata.name}`;
  const containers = listAt(after["spec"], "containers");
  const ofEach = (tell: (name: string, image: string) => readonly Saying[]): readonly Notice[] =>
    containers
      .flatMap((container) => tell(stringAt(container, "name") ?? "", stringAt(container, "image") ?? ""))
      .map((saying) => say(after, "kubelet", saying));
  if (node !== undefined && was("spec", "nodeName") === undefined)
    return [say(after, "default-scheduler", ["Normal", "Scheduled", `Successfully assigned ${where} to ${node}`])];
  if (isEnding(after) && before !== undefined && !isEnding(before) && node !== undefined)
    return ofEach((name) => [["Normal", "Killing", `Stopping container ${name}`]]);
  if (now("status", "phase") === "Running" && was("status", "phase") === "Pending")
    return ofEach((name, image) => [
      ["Normal", "Pulled", `Container image "${image}" already present on machine`],
      ["Normal", "Created", `Created container: ${name}`],
      ["Normal", "Started", `Started container ${name}`],
    ]);
  const restarted = restartsOf(after) > restartsOf(before);
  return restarted
    ? ofEach((name) => [["Warning", "BackOff", `Back-off restarting failed container ${name} in pod ${where}`]])
    : [];
}

const restartsOf = (pod: KubeObject | undefined): number =>
  listAt(pod?.["status"], "containerStatuses").reduce<number>(
    (sum, status) => sum + (numberAt(status, "restartCount") ?? 0),
    0,
  );

function ofReplicas(before: KubeObject | undefined, after: KubeObject): readonly Notice[] {
  const owner = ownerOf(after);
  const [from, to] = [numberAt(before?.["spec"], "replicas") ?? 0, numberAt(after["spec"], "replicas") ?? 0];
  if (owner?.kind !== "Deployment" || from === to) return [];
  const message = `Scaled ${to > from ? "up" : "down"} replica set ${after.metadata.name} from ${from} to ${to}`;
  return [say(owner, "deployment-controller", ["Normal", "ScalingReplicaSet", message])];
}

function ofNode(before: KubeObject, after: KubeObject): readonly Notice[] {
  const ready = isNodeReady(after);
  if (ready === isNodeReady(before)) return [];
  const reason = ready ? "NodeReady" : "NodeNotReady";
  return [
    say(after, ready ? "kubelet" : "node-controller", [
      ready ? "Normal" : "Warning",
      reason,
      `Node ${after.metadata.name} status is now: ${reason}`,
    ]),
  ];
}

function ofJob(before: KubeObject | undefined, after: KubeObject): readonly Notice[] {
  const isComplete = (job: KubeObject | undefined): boolean =>
    job !== undefined && stringAt(job["status"], "completionTime") !== undefined;
  return isComplete(after) && !isComplete(before)
    ? [say(after, "job-controller", ["Normal", "Completed", "Job completed"])]
    : [];
}
