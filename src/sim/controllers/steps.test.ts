import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JsonObject, type KubeObject, listAt, objectAt } from "../../model/index.ts";
import { stepDaemonSet } from "./daemon-set.ts";
import { stepDefinition } from "./definition.ts";
import { stepDeployment } from "./deployment.ts";
import { stepDisruptionBudget } from "./disruption-budget.ts";
import { stepService } from "./endpoint-slice.ts";
import { afterDeletion, collectGarbage } from "./garbage.ts";
import { stepJob } from "./job.ts";
import { stepPod } from "./kubelet.ts";
import { type Owned, type Step } from "./model.ts";
import { stepNamespace } from "./namespace.ts";
import { hashOf } from "./pods.ts";
import { stepReplicaSet } from "./replica-set.ts";
import { stepStatefulSet } from "./stateful-set.ts";
import { nowMs, objectOf, ownedBy, told, viewOf } from "./testing/view.ts";

const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } };
const ending = { deletionTimestamp: "2026-01-01T00:00:00Z" };
const ready = { conditions: [{ type: "Ready", status: "True" }] };
const spec = (replicas: number): JsonObject => ({ replicas, selector: { matchLabels: { app: "web" } }, template });

type PodWords = Readonly<{ of?: readonly [string, string]; phase?: string; isReady?: boolean; isEnding?: boolean }>;

function pod(name: string, words: PodWords = {}): Owned {
  const { of: [kind, owner] = ["ReplicaSet", "web"], phase = "Running", isReady = true, isEnding = false } = words;
  const metadata = { ...ownedBy(kind, owner), labels: { app: "web" }, ...(isEnding ? ending : {}) };
  const status = { phase, podIP: "10.1.1.1", ...(isReady && phase === "Running" ? ready : {}) };
  return { collection: "pods", object: objectOf("Pod", name, { metadata, spec: { nodeName: "one" }, status }) };
}

const set = (hash: string, wanted: number, readyPods = wanted): Owned => ({
  collection: "replicasets.apps",
  object: objectOf("ReplicaSet", `web-${hash}`, {
    metadata: ownedBy("Deployment", "web"),
    spec: spec(wanted),
    status: { replicas: wanted, readyReplicas: readyPods },
  }),
});

const node = (name: string, status: string = "True"): Owned => ({
  collection: "nodes",
  object: objectOf("Node", name, { spec: {}, status: { conditions: [{ type: "Ready", status }] } }),
});

/** Everything that a step wants but to write a status. */
const wants = (step: Step, object: KubeObject, ...owned: readonly Owned[]): readonly string[] =>
  told(step(object, viewOf(...owned)).filter(({ type }) => type !== "status"));

/** The status that a step writes; undefined when it leaves it. */
function statusBy(step: Step, object: KubeObject, ...owned: readonly Owned[]): JsonObject | undefined {
  const intent = step(object, viewOf(...owned)).find(({ type }) => type === "status");
  return intent !== undefined && "object" in intent ? objectAt(intent.object["status"]) : undefined;
}

type Row = readonly [what: string, owned: readonly Owned[], wanted: readonly string[]];
type Rows = readonly Row[];

const table = (step: Step, object: KubeObject, rows: Rows): void => {
  for (const [what, owned, wanted] of rows) it(what, () => assert.deepEqual(wants(step, object, ...owned), wanted));
  it("wants nothing more while it ends", () => {
    const metadata = { ...object.metadata, ...ending };
    assert.deepEqual(wants(step, { ...object, metadata }), []);
  });
};

describe("a replica set", () => {
  const web = objectOf("ReplicaSet", "web", { spec: spec(2) });
  table(stepReplicaSet, web, [
    ["makes what is missing", [pod("a")], ["create pods web-*"]],
    ["is content with what it wants", [pod("a"), pod("b")], []],
    ["takes away first what is not ready", [pod("a"), pod("b", { isReady: false }), pod("c")], ["delete pods b"]],
    [
      "replaces what ends or has ended",
      [pod("a", { isEnding: true }), pod("b", { phase: "Failed" })],
      ["create pods web-*", "create pods web-*"],
    ],
    ["does not count what others own", [pod("a"), pod("b", { of: ["ReplicaSet", "api"] })], ["create pods web-*"]],
  ]);
  it("counts its pods, and writes nothing twice", () => {
    const status = statusBy(stepReplicaSet, web, pod("a"), pod("b", { isReady: false }));
    assert.deepEqual([status?.["replicas"], status?.["readyReplicas"]], [2, 1]);
    const counted = { ...web, status: status ?? {} };
    assert.deepEqual(stepReplicaSet(counted, viewOf(pod("a"), pod("b", { isReady: false }))), []);
  });
});

describe("a deployment", () => {
  const web = objectOf("Deployment", "web", { spec: spec(4) });
  const hash = hashOf(template);
  table(stepDeployment, web, [
    ["makes its first replica set whole", [], [`create replicasets.apps web-${hash} replicas 4`]],
    [
      "begins another beside the old one by a quarter",
      [set("old", 4)],
      [`create replicasets.apps web-${hash} replicas 1`],
    ],
    [
      "waits for what is new to be ready",
      [set("old", 4), set(hash, 1, 0)],
      ["update replicasets.apps web-old replicas 3"],
    ],
    [
      "goes on as far as a quarter may be missing and a quarter too many",
      [set("old", 3), set(hash, 1)],
      [`update replicasets.apps web-${hash} replicas 2`, "update replicasets.apps web-old replicas 2"],
    ],
    ["is content when all is new", [set("old", 0), set(hash, 4)], []],
    ["scales its replica set", [set(hash, 2)], [`update replicasets.apps web-${hash} replicas 4`]],
  ]);
  it("is available while no more than a quarter is missing", () => {
    const conditionWith = (readyPods: number): unknown =>
      objectAt(listAt(statusBy(stepDeployment, web, set(hash, 4, readyPods)), "conditions")[0])["status"];
    assert.deepEqual([4, 3, 2].map(conditionWith), ["True", "True", "False"]);
  });
});

describe("a stateful set", () => {
  const store = objectOf("StatefulSet", "store", { spec: spec(3) });
  const ordinal = (number: number, words: PodWords = {}): Owned =>
    pod(`store-${number}`, { of: ["StatefulSet", "store"], ...words });
  table(stepStatefulSet, store, [
    ["begins with the first", [], ["create pods store-0"]],
    ["makes the next when those before it are ready", [ordinal(0)], ["create pods store-1"]],
    ["waits while one is not", [ordinal(0), ordinal(1, { isReady: false })], []],
    ["takes the last one away first", [0, 1, 2, 3].map((number) => ordinal(number)), ["delete pods store-3"]],
  ]);
});

describe("a daemon set", () => {
  const agent = objectOf("DaemonSet", "agent", { spec: spec(1) });
  const at = (name: string): Owned => pod(name, { of: ["DaemonSet", "agent"] });
  table(stepDaemonSet, agent, [
    ["has a pod on every node", [node("one"), node("two"), at("a")], ["create pods agent-*"]],
    ["lets go of nodes that are gone", [at("a")], ["remove pods a"]],
  ]);
});

describe("a job", () => {
  const report = objectOf("Job", "report", { spec: { completions: 2, parallelism: 1, backoffLimit: 1, template } });
  const run = (name: string, phase: string): Owned => pod(name, { of: ["Job", "report"], phase });
  table(stepJob, report, [
    ["runs as many at once as it may", [], ["create pods report-*"]],
    ["waits for the one that runs", [run("a", "Running")], []],
    ["runs the next", [run("a", "Succeeded")], ["create pods report-*"]],
    ["tries again", [run("a", "Failed")], ["create pods report-*"]],
    ["gives up", [run("a", "Failed"), run("b", "Failed")], []],
    ["is done", [run("a", "Succeeded"), run("b", "Succeeded")], []],
  ]);
  it("says how it ended", () => {
    const kindOf = (...phases: readonly string[]): unknown =>
      objectAt(listAt(statusBy(stepJob, report, ...phases.map((phase) => run(phase, phase))), "conditions")[0] ?? {})[
        "type"
      ];
    assert.deepEqual([kindOf("Succeeded"), kindOf("Succeeded", "Succeeded")], [undefined, "Complete"]);
    assert.equal(
      objectAt(listAt(statusBy(stepJob, report, run("a", "Failed"), run("b", "Failed")), "conditions")[0])["type"],
      "Failed",
    );
  });
});

describe("a service", () => {
  const web = objectOf("Service", "web", {
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  const slice = (addresses: readonly string[]): Owned => ({
    collection: "endpointslices.discovery.k8s.io",
    object: objectOf("EndpointSlice", "web-1", {
      metadata: ownedBy("Service", "web"),
      endpoints: addresses.map((address) => ({ addresses: [address] })),
    }),
  });
  table(stepService, web, [
    ["gets a slice", [pod("a")], ["create endpointslices.discovery.k8s.io web-*"]],
    ["keeps it as its pods are", [pod("a"), slice([])], ["update endpointslices.discovery.k8s.io web-1"]],
  ]);
  it("without a selector is left alone", () =>
    assert.deepEqual(wants(stepService, { ...web, spec: {} }, pod("a")), []));
});

describe("a disruption budget", () => {
  const budget = (rest: JsonObject): KubeObject =>
    objectOf("PodDisruptionBudget", "web", { spec: { selector: { matchLabels: { app: "web" } }, ...rest } });
  const pods = [pod("a"), pod("b"), pod("c", { isReady: false }), pod("d", { isEnding: true })];
  for (const [what, rest, desiredHealthy, disruptionsAllowed] of [
    ["a number of pods", { minAvailable: 1 }, 1, 1],
    ["a share of them, rounded up", { minAvailable: "50%" }, 2, 0],
    ["all but so many", { maxUnavailable: 1 }, 2, 0],
  ] as const)
    it(`that keeps ${what} counts them, and how many may go`, () =>
      assert.deepEqual(statusBy(stepDisruptionBudget, budget(rest), ...pods), {
        observedGeneration: 1,
        expectedPods: 3,
        currentHealthy: 2,
        desiredHealthy,
        disruptionsAllowed,
      }));
});

describe("a namespace", () => {
  const shop = objectOf("Namespace", "shop");
  it("is furnished", () =>
    assert.deepEqual(wants(stepNamespace, shop), [
      "create serviceaccounts default",
      "create configmaps kube-root-ca.crt",
    ]));
  it("takes along what is in it, and goes last", () => {
    const gone = { ...shop, metadata: { ...shop.metadata, ...ending } };
    assert.deepEqual(wants(stepNamespace, gone, pod("a"), pod("b", { isEnding: true })), ["delete pods a"]);
    assert.deepEqual(wants(stepNamespace, gone), ["remove namespaces shop"]);
  });
});

describe("a pod on its node", () => {
  const pace = { startMs: 100, stopMs: 50, jobMs: 200 };
  const step = (object: KubeObject, sinceMs: number, ...owned: readonly Owned[]) => {
    const { intents, againInMs } = stepPod(object, viewOf(...owned), { sinceMs, pace });
    return [...told(intents), ...(againInMs === undefined ? [] : [`again in ${againInMs}`])];
  };
  const free = objectOf("Pod", "a", { spec: {}, status: { phase: "Pending" } });
  for (const [what, found, wanted] of [
    ["is bound to a node that is ready", step(free, 0, node("one"), node("two", "False")), ["update pods a"]],
    ["waits where no node is", step(free, 0, node("two", "Unknown")), []],
    ["takes a while to start", step(pod("a", { phase: "Pending" }).object, 40), ["again in 60"]],
    ["starts", step(pod("a", { phase: "Pending" }).object, 100), ["status pods a"]],
    ["runs on", step(pod("a").object, 1e9), []],
    ["takes a while to end", step(pod("a", { isEnding: true }).object, 0), ["again in 50"]],
    ["ends", step(pod("a", { isEnding: true }).object, 50), ["remove pods a"]],
    ["is left when it has ended", step(pod("a", { phase: "Succeeded" }).object, 1e9), []],
    ["of a job is done after a while", step(jobPod(), 200), ["status pods a"]],
  ] as const)
    it(what, () => assert.deepEqual(found, wanted));
  function jobPod(): KubeObject {
    const { object } = pod("a", { of: ["Job", "report"] });
    return { ...object, spec: { ...objectAt(object["spec"]), restartPolicy: "Never" } };
  }
});

describe("garbage", () => {
  const web = objectOf("ReplicaSet", "web", { metadata: { ...ending, finalizers: ["foregroundDeletion"] } });
  const orphaning = objectOf("ReplicaSet", "web", { metadata: { ...ending, finalizers: ["orphan"] } });
  const collect = collectGarbage("replicasets.apps");
  it("goes with its last owner", () => {
    assert.deepEqual(told(afterDeletion(web, viewOf(pod("a"), pod("b", { isEnding: true })))), ["delete pods a"]);
    const [one] = pod("a").object.metadata.ownerReferences ?? [];
    const two = objectOf("Pod", "b", {
      metadata: { ownerReferences: [one, { ...one, uid: "another" }] as unknown as JsonObject[] },
    });
    const [kept] = afterDeletion(web, viewOf({ collection: "pods", object: two }));
    assert.ok(kept !== undefined && "object" in kept);
    assert.deepEqual(
      kept.object.metadata.ownerReferences?.map(({ uid }) => uid),
      ["another"],
    );
  });
  it("goes before its owner in the foreground, and stays behind as an orphan", () => {
    assert.deepEqual(wants(collect, web, pod("a")), ["delete pods a"]);
    assert.deepEqual(wants(collect, web, pod("a", { isEnding: true })), []);
    assert.deepEqual(wants(collect, web), ["update replicasets.apps web"]);
    assert.deepEqual(wants(collect, orphaning, pod("a")), ["update pods a", "update replicasets.apps web"]);
  });
});

describe("a definition", () => {
  const names = { plural: "weavers", kind: "Weaver" };
  const definition = (metadata: JsonObject): KubeObject =>
    objectOf("CustomResourceDefinition", "weavers.example.com", {
      metadata,
      spec: { group: "example.com", names, versions: [{ name: "v1" }] },
    });
  const cleanup = { finalizers: ["customresourcecleanup.apiextensions.k8s.io"] };
  const weaver: Owned = { collection: "weavers.example.com", object: objectOf("Weaver", "one") };
  it("is held for its objects, then accepted", () => {
    const collection = "customresourcedefinitions.apiextensions.k8s.io weavers.example.com";
    assert.deepEqual(wants(stepDefinition, definition({})), [`update ${collection}`]);
    const status = statusBy(stepDefinition, definition(cleanup));
    assert.deepEqual([status?.["acceptedNames"], status?.["storedVersions"]], [names, ["v1"]]);
    assert.equal(new Date(nowMs).getUTCFullYear(), 2026);
  });
  it("takes its objects along", () => {
    const gone = definition({ ...cleanup, ...ending });
    assert.deepEqual(wants(stepDefinition, gone, weaver), ["delete weavers.example.com one"]);
    assert.match(wants(stepDefinition, gone).join(), /^update customresourcedefinitions/);
  });
});
