import { type Random } from "../../base/index.ts";
import { type JsonObject, type KubeObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { type Intent, isEnding, namespaceOf, type View } from "../controllers/model.ts";
import { isReady } from "../controllers/pods.ts";
import { isNodeReady } from "../controllers/kubelet.ts";
import { pick } from "./first-objects.ts";

/** One thing that happens in a cluster, as it is: pure, but for the randomness it is given. Nothing when it cannot. */
export type Happening = (view: View) => readonly Intent[];

/** So many objects are looked at for one that something may happen to: a large world must not be read whole. */
const someOf = 60;

const inShops = (object: KubeObject): boolean => namespaceOf(object).startsWith("shop") && !isEnding(object);

/** A deployment gets a new image: its pods roll over. */
const rollOut: Happening = (view) => {
  const deployment = pick(view.random, view.sample("deployments.apps", someOf).filter(inShops));
  if (deployment === undefined) return [];
  const template = objectAt(deployment["spec"], "template");
  const containers = listAt(template["spec"], "containers").map((container) => ({
    ...objectAt(container),
    image: nextImage(stringAt(container, "image") ?? ""),
  }));
  const spec = {
    ...objectAt(deployment["spec"]),
    template: { ...template, spec: { ...objectAt(template["spec"]), containers } },
  };
  return [{ type: "update", collection: "deployments.apps", object: { ...deployment, spec } }];
};

const nextImage = (image: string): string => image.replace(/\d+$/, (patch) => String(Number(patch) + 1));

/** A deployment grows or shrinks by one. */
const scale: Happening = (view) => {
  const deployment = pick(view.random, view.sample("deployments.apps", someOf).filter(inShops));
  if (deployment === undefined) return [];
  const spec = objectAt(deployment["spec"]);
  const replicas = Math.max(1, Number(spec["replicas"] ?? 1) + (view.random() < 0.5 ? 1 : -1));
  return [{ type: "update", collection: "deployments.apps", object: { ...deployment, spec: { ...spec, replicas } } }];
};

const timestamp = (nowMs: number): string => new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");

/** A ready pod's container crashes, or one that crashed comes back. */
const crashOrRecover: Happening = (view) => {
  const pods = view
    .sample("pods", someOf)
    .filter((pod) => inShops(pod) && stringAt(pod["status"], "phase") === "Running");
  const crashed = pick(
    view.random,
    pods.filter((pod) => !isReady(pod)),
  );
  const pod = crashed ?? pick(view.random, pods.filter(isReady));
  if (pod === undefined) return [];
  const at = timestamp(view.nowMs);
  const status = objectAt(pod["status"]);
  const containerStatuses = listAt(status, "containerStatuses").map((container) =>
    crashed === undefined ? crashedContainer(objectAt(container), at) : recoveredContainer(objectAt(container), at),
  );
  const conditions = listAt(status, "conditions").map((condition) =>
    withReadiness(objectAt(condition), crashed === undefined ? "False" : "True", at),
  );
  return [
    { type: "status", collection: "pods", object: { ...pod, status: { ...status, containerStatuses, conditions } } },
  ];
};

const crashedContainer = (container: JsonObject, at: string): JsonObject => ({
  ...container,
  ready: false,
  started: false,
  restartCount: Number(container["restartCount"] ?? 0) + 1,
  state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s restarting failed container" } },
  lastState: { terminated: { exitCode: 1, reason: "Error", startedAt: at, finishedAt: at } },
});

const recoveredContainer = (container: JsonObject, at: string): JsonObject => ({
  ...container,
  ready: true,
  started: true,
  state: { running: { startedAt: at } },
});

const withReadiness = (condition: JsonObject, status: string, at: string): JsonObject =>
  condition["type"] === "Ready" || condition["type"] === "ContainersReady"
    ? { ...condition, status, lastTransitionTime: at }
    : condition;

/** A node stops answering, or one that did comes back; never the last. */
const nodeGoesOrComes: Happening = (view) => {
  const nodes = view.list("nodes");
  const down = nodes.filter((node) => !isNodeReady(node));
  const node = down.length > 0 ? pick(view.random, down) : nodes.length > 1 ? pick(view.random, nodes) : undefined;
  if (node === undefined) return [];
  const ready = down.length > 0;
  const conditions = [
    {
      type: "Ready",
      status: ready ? "True" : "Unknown",
      reason: ready ? "KubeletReady" : "NodeStatusUnknown",
      lastTransitionTime: timestamp(view.nowMs),
    },
  ];
  return [
    { type: "status", collection: "nodes", object: { ...node, status: { ...objectAt(node["status"]), conditions } } },
  ];
};

/** A job begins; the oldest of more than five is taken away. */
const runJob: Happening = (view) => {
  const jobs = view.list("jobs.batch", "shop");
  const old =
    jobs.length > 5
      ? jobs.toSorted((a, b) =>
          (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? -1 : 1,
        )[0]
      : undefined;
  const gone: readonly Intent[] =
    old === undefined ? [] : [{ type: "delete", collection: "jobs.batch", namespace: "shop", name: old.metadata.name }];
  const template = {
    metadata: { labels: { app: "report" } },
    spec: { restartPolicy: "Never", containers: [{ name: "report", image: "registry.example.com/shop/report:1.3.0" }] },
  };
  const job: KubeObject = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { generateName: "report-", name: "", namespace: "shop" },
    spec: { completions: 1, parallelism: 1, template },
  };
  return [...gone, { type: "create", collection: "jobs.batch", object: job }];
};

/** A preview namespace comes, and one that is there goes. */
const previewComesOrGoes: Happening = (view) => {
  const preview = view.list("namespaces").find(({ metadata }) => metadata.name.startsWith("preview-"));
  if (preview !== undefined)
    return isEnding(preview)
      ? []
      : [{ type: "delete", collection: "namespaces", namespace: "", name: preview.metadata.name }];
  const name = `preview-${100 + Math.floor(view.random() * 900)}`;
  return [
    { type: "create", collection: "namespaces", object: { apiVersion: "v1", kind: "Namespace", metadata: { name } } },
    {
      type: "create",
      collection: "configmaps",
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace: name, name: "settings" },
        data: { FEATURE: "on" },
      },
    },
  ];
};

/** How often each happens beside the others. */
const weights: readonly (readonly [number, Happening])[] = [
  [6, crashOrRecover],
  [4, rollOut],
  [4, scale],
  [3, runJob],
  [1, nodeGoesOrComes],
  [1, previewComesOrGoes],
];

const total = weights.reduce((sum, [weight]) => sum + weight, 0);

/** One of all, by its weight. */
export function chooseHappening(random: Random): Happening {
  let left = random() * total;
  for (const [weight, happening] of weights) {
    left -= weight;
    if (left < 0) return happening;
  }
  return crashOrRecover;
}
