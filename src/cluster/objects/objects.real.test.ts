import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type HeddleError, isHeddleError } from "../../base/index.ts";
import {
  jsonAt,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  listAt,
  numberAt,
  stringAt,
} from "../../model/index.ts";
import { type KubeCluster, kubeForTest, testNamespace, until } from "../../../test/kube/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type Cluster } from "../model.ts";
import { createObjects } from "./objects.ts";
import { clusterOn, resourceOf } from "./testing/real-cluster.ts";

type Setting = Readonly<{ kube: KubeCluster; cluster: Cluster; nobody: Cluster; namespace: string }>;

const configMap = (namespace: string, name: string, data: JsonObject = {}): JsonObject => ({
  metadata: { namespace, name },
  data,
});

const deployment = (namespace: string, name: string): JsonObject => ({
  metadata: { namespace, name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: "one", image: "one" },
          { name: "two", image: "two" },
        ],
      },
    },
  },
});

const pod = (namespace: string, name: string): JsonObject => ({
  metadata: { namespace, name, labels: { app: name } },
  spec: { containers: [{ name: "one", image: "one" }] },
});

/** What the call fails with; its Status as `details.status`. */
async function failureOf(call: Promise<unknown>): Promise<HeddleError> {
  const outcome = await call.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  assert.ok(isHeddleError(outcome), String(outcome));
  return outcome;
}

const causesOf = (error: HeddleError): readonly JsonValue[] =>
  listAt(error.details["status"] as JsonValue, "details", "causes");

const dataOf = (object: JsonValue | undefined): JsonValue | undefined => jsonAt(object, "data");

describe("the verbs on a real API server", () => {
  it("do what the API says", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;
    await using cluster = clusterOn(kube, { token: kube.adminToken });
    await using nobody = clusterOn(kube, { token: kube.tokens.nobody });
    const namespace = await testNamespace(t, kube);
    // Without controllers nobody makes it, and no pod may be without.
    await cluster.objects.create(await resourceOf(cluster, "sa"), { metadata: { namespace, name: "default" } });
    const setting = { kube, cluster, nobody, namespace };
    for (const [name, run] of Object.entries(parts)) await t.test(name, () => run(setting, t));
  });
});

const parts: Readonly<Record<string, (setting: Setting, t: TestContext) => Promise<void>>> = {
  async "create, get and replace, where the first writer wins"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const made = await objects.create(configMaps, configMap(namespace, "a", { x: "1" }));
    assert.deepEqual([made.apiVersion, made.kind, made.metadata.name], ["v1", "ConfigMap", "a"]);
    const read = await objects.get(configMaps, { namespace, name: "a" });
    assert.deepEqual(read, made);
    const second = await objects.replace(configMaps, { ...read, data: { x: "2" } });
    assert.deepEqual(dataOf(second), { x: "2" });
    const late = await failureOf(objects.replace(configMaps, { ...read, data: { x: "3" } }));
    assert.equal(late.code, "HEDDLE_CLUSTER_CONFLICT");
    const again = await failureOf(objects.create(configMaps, configMap(namespace, "a")));
    assert.equal(again.code, "HEDDLE_CLUSTER_CONFLICT");
    assert.equal(stringAt(again.details["status"] as JsonValue, "reason"), "AlreadyExists");
    const missing = await failureOf(objects.get(configMaps, { namespace, name: "none" }));
    assert.equal(missing.code, "HEDDLE_CLUSTER_NOT_FOUND");
    assert.match(missing.message, /configmaps "none" not found/);
  },

  async "names are made by the server where only a beginning is given"({ cluster: { objects }, cluster, namespace }) {
    const made = await objects.create(await resourceOf(cluster, "cm"), {
      metadata: { generateName: "gen-", namespace },
    });
    assert.match(made.metadata.name, /^gen-.{5}$/);
  },

  async "cluster-wide kinds need no namespace and ignore one"({ cluster: { objects }, cluster }) {
    const namespaces = await resourceOf(cluster, "ns");
    assert.equal((await objects.get(namespaces, { name: "default" })).kind, "Namespace");
    assert.equal(
      (await objects.get(namespaces, { namespace: "kube-system", name: "default" })).metadata.name,
      "default",
    );
  },

  async "merge, JSON and strategic patches"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "patched" };
    await objects.create(configMaps, configMap(namespace, "patched", { x: "1", y: "1" }));
    const merged = await objects.patch(configMaps, target, { type: "merge", patch: { data: { x: null, z: "1" } } });
    assert.deepEqual(dataOf(merged), { y: "1", z: "1" });
    const edits = [
      { op: "test", path: "/data/y", value: "1" },
      { op: "replace", path: "/data/y", value: "2" },
    ];
    assert.deepEqual(dataOf(await objects.patch(configMaps, target, { type: "json", patch: edits })), {
      y: "2",
      z: "1",
    });
    const failed = await failureOf(objects.patch(configMaps, target, { type: "json", patch: edits }));
    assert.equal(failed.code, "HEDDLE_CLUSTER_INVALID", "the test operation no longer holds");

    const deployments = await resourceOf(cluster, "deploy");
    await objects.create(deployments, deployment(namespace, "patched"));
    const containers = [{ name: "two", image: "zwei" }];
    const patch = { spec: { template: { spec: { containers } } } };
    const strategic = await objects.patch(deployments, target, { type: "strategic", patch });
    assert.deepEqual(imagesOf(strategic).toSorted(), ["one", "zwei"], "the other container stays");
  },

  async "server-side apply: creates, conflicts with causes, and takes over by force"({
    cluster: { objects },
    cluster,
    namespace,
  }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "applied" };
    const apply = (fieldManager: string, data: JsonObject, force = false): Promise<KubeObject> =>
      objects.patch(configMaps, target, {
        type: "apply",
        patch: configMap(namespace, "applied", data),
        fieldManager,
        force,
      });
    assert.deepEqual(dataOf(await apply("one", { a: "1", b: "1" })), { a: "1", b: "1" });
    const conflict = await failureOf(apply("two", { a: "2", b: "2" }));
    assert.equal(conflict.code, "HEDDLE_CLUSTER_CONFLICT");
    assert.deepEqual(
      causesOf(conflict).map((cause) => [stringAt(cause, "reason"), stringAt(cause, "field")]),
      [
        ["FieldManagerConflict", ".data.a"],
        ["FieldManagerConflict", ".data.b"],
      ],
    );
    assert.match(conflict.message, /conflict.* with "one"/i);
    assert.deepEqual(dataOf(await apply("two", { a: "2" }, true)), { a: "2", b: "1" });
    assert.deepEqual(dataOf(await apply("one", { b: "1" })), { a: "2", b: "1" });
    assert.deepEqual(dataOf(await apply("one", {})), { a: "2" }, "what its owner no longer applies goes");
  },

  async "dry runs change nothing"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "kept" };
    const kept = await objects.create(configMaps, configMap(namespace, "kept", { x: "1" }));
    const dryRun = true;
    const change = { data: { x: "2" } };
    const answers = [
      await objects.create(configMaps, configMap(namespace, "never", { x: "2" }), { dryRun }),
      await objects.replace(configMaps, { ...kept, ...change }, { dryRun }),
      await objects.patch(configMaps, target, { type: "merge", patch: change, dryRun }),
      await objects.patch(configMaps, target, {
        type: "apply",
        patch: change,
        fieldManager: "dry",
        force: true,
        dryRun,
      }),
    ];
    for (const answer of answers) assert.deepEqual(dataOf(answer), { x: "2" }, "the answer is what it would be");
    await objects.delete(configMaps, target, { dryRun });
    await objects.deleteCollection(configMaps, { namespace }, { dryRun });
    assert.deepEqual(await objects.get(configMaps, target), kept);
    assert.equal(await objects.delete(configMaps, { namespace, name: "never" }), undefined);
  },

  async "what the schema refuses is told with every cause"({ cluster: { objects }, cluster, namespace }) {
    const service = {
      metadata: { namespace, name: "Bad_Name" },
      spec: { ports: [{ port: 0 }, { port: 70_000, name: "UPPER" }] },
    };
    const error = await failureOf(objects.create(await resourceOf(cluster, "svc"), service));
    assert.equal(error.code, "HEDDLE_CLUSTER_INVALID");
    const fields = causesOf(error).map((cause) => stringAt(cause, "field"));
    for (const field of ["metadata.name", "spec.ports[0].port", "spec.ports[1].port", "spec.ports[0].name"])
      assert.ok(fields.includes(field), `${field} among ${fields.join(", ")}`);
  },

  async "unknown fields are refused where that is wanted"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const odd = { ...configMap(namespace, "odd"), dta: {} };
    const error = await failureOf(objects.create(configMaps, odd, { fieldValidation: "Strict" }));
    assert.equal(error.code, "HEDDLE_CLUSTER_BAD_REQUEST");
    assert.match(error.message, /unknown field "dta"/);
    await objects.create(configMaps, odd, { fieldValidation: "Ignore", dryRun: true });
  },

  async "delete: preconditions, propagation, and what is already gone"({ cluster: { objects }, cluster, namespace }) {
    const configMaps = await resourceOf(cluster, "cm");
    const target = { namespace, name: "doomed" };
    const { metadata } = await objects.create(configMaps, configMap(namespace, "doomed"));
    const preconditions = (uid: string | undefined, resourceVersion?: string) => ({
      preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    });
    const other = await failureOf(
      objects.delete(configMaps, target, preconditions("00000000-0000-0000-0000-000000000000")),
    );
    assert.equal(other.code, "HEDDLE_CLUSTER_CONFLICT");
    const older = await failureOf(objects.delete(configMaps, target, preconditions(undefined, "1")));
    assert.equal(older.code, "HEDDLE_CLUSTER_CONFLICT");
    const answer = await objects.delete(configMaps, target, preconditions(metadata.uid, metadata.resourceVersion));
    assert.equal(stringAt(answer, "status"), "Success");
    assert.equal(await objects.delete(configMaps, target), undefined);
    assert.equal(await objects.delete(configMaps, { namespace: "no-such-namespace", name: "x" }), undefined);
    const loom = { ...configMaps, group: "loom.example.com", plural: "looms" };
    assert.equal(
      (await failureOf(objects.delete(loom, target))).code,
      "HEDDLE_CLUSTER_NOT_FOUND",
      "a kind that is not served",
    );

    const deployments = await resourceOf(cluster, "deploy");
    for (const [propagation, finalizer] of [
      ["Foreground", "foregroundDeletion"],
      ["Orphan", "orphan"],
    ] as const) {
      const name = propagation.toLowerCase();
      await objects.create(deployments, deployment(namespace, name));
      const waiting = await objects.delete(deployments, { namespace, name }, { propagation });
      assert.deepEqual(listAt(waiting, "metadata", "finalizers"), [finalizer]);
      assert.ok(stringAt(waiting, "metadata", "deletionTimestamp"));
    }
  },

  async "deleteCollection takes what the selectors choose and no more"({ cluster: { objects }, cluster, namespace }) {
    const secrets = await resourceOf(cluster, "secrets");
    for (const [name, app] of [
      ["s1", "x"],
      ["s2", "x"],
      ["s3", "y"],
    ] as const)
      await objects.create(secrets, { metadata: { namespace, name, labels: { app } } });
    await objects.deleteCollection(secrets, { namespace, labelSelector: "app=x" });
    const left = await objects.list(secrets, { namespace });
    assert.deepEqual(
      left.objects.map(({ metadata }) => metadata.name),
      ["s3"],
    );
    await objects.deleteCollection(secrets, { namespace });
    assert.deepEqual((await objects.list(secrets, { namespace })).objects, []);
  },

  async "subresources: scale, status, token, binding"({ cluster: { objects }, cluster, namespace }) {
    const deployments = await resourceOf(cluster, "deploy");
    await objects.create(deployments, deployment(namespace, "scaled"));
    const target = { namespace, name: "scaled" };
    const scale = await objects.get(deployments, { ...target, subresource: "scale" });
    assert.deepEqual([scale.apiVersion, scale.kind], ["autoscaling/v1", "Scale"]);
    await objects.replace(deployments, { ...scale, spec: { replicas: 3 } }, { subresource: "scale" });
    assert.equal(numberAt(await objects.get(deployments, target), "spec", "replicas"), 3);
    const patch = { status: { replicas: 3, readyReplicas: 2 }, spec: { replicas: 9 } };
    const patched = await objects.patch(deployments, { ...target, subresource: "status" }, { type: "merge", patch });
    assert.deepEqual([numberAt(patched, "status", "readyReplicas"), numberAt(patched, "spec", "replicas")], [2, 3]);

    const accounts = await resourceOf(cluster, "sa");
    const request = { spec: { expirationSeconds: 600 } };
    const token = await objects.create(accounts, request, { namespace, name: "default", subresource: "token" });
    assert.equal(token.kind, "TokenRequest");
    assert.match(stringAt(token, "status", "token") ?? "", /^ey/);

    const pods = await resourceOf(cluster, "po");
    await objects.create(pods, pod(namespace, "bound"));
    const bind = { metadata: { name: "bound" }, target: { kind: "Node", name: "n1" } };
    const bound = await objects.create(pods, bind, { namespace, name: "bound", subresource: "binding" });
    assert.equal(stringAt(bound, "status"), "Success");
    assert.equal(stringAt(await objects.get(pods, { namespace, name: "bound" }), "spec", "nodeName"), "n1");
  },

  async "eviction honours a disruption budget"({ cluster: { objects }, cluster, namespace }) {
    const pods = await resourceOf(cluster, "po");
    const target = { namespace, name: "guarded" };
    await objects.create(pods, pod(namespace, "guarded"));
    const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    await objects.patch(pods, { ...target, subresource: "status" }, { type: "merge", patch: { status: ready } });
    const budgets = await resourceOf(cluster, "pdb");
    await objects.create(budgets, {
      metadata: { namespace, name: "budget" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "guarded" } } },
    });
    const allow = (disruptionsAllowed: number): Promise<KubeObject> =>
      objects.patch(
        budgets,
        { namespace, name: "budget", subresource: "status" },
        {
          type: "merge",
          patch: {
            status: {
              observedGeneration: 1,
              disruptionsAllowed,
              currentHealthy: 1,
              desiredHealthy: 1,
              expectedPods: 1,
            },
          },
        },
      );
    await allow(0);
    const refused = await failureOf(objects.evict(target));
    assert.equal(refused.code, "HEDDLE_CLUSTER_TOO_MANY_REQUESTS");
    assert.match(refused.message, /disruption budget/);
    assert.deepEqual(
      causesOf(refused).map((cause) => stringAt(cause, "reason")),
      ["DisruptionBudget"],
    );
    await allow(1);
    await objects.evict(target, { dryRun: true });
    assert.equal((await objects.get(pods, target)).metadata.deletionTimestamp, undefined);
    await objects.evict(target, { gracePeriodSeconds: 0 });
    assert.equal((await failureOf(objects.evict(target))).code, "HEDDLE_CLUSTER_NOT_FOUND");
  },

  async "lists in pages are the same as a list in one"({ cluster: { objects }, cluster, namespace }) {
    const secrets = await resourceOf(cluster, "secrets");
    const names = Array.from({ length: 25 }, (_, index) => `page-${String(index).padStart(2, "0")}`);
    for (const name of names)
      await objects.create(secrets, {
        metadata: { namespace, name, labels: { odd: String(Number(name.slice(-1)) % 2) } },
      });
    const sizes: [number, number | undefined][] = [];
    const versions = new Set<string>();
    for await (const page of objects.pages(secrets, { namespace, pageSize: 7 })) {
      sizes.push([page.objects.length, page.remaining]);
      versions.add(page.resourceVersion);
    }
    assert.deepEqual(sizes, [
      [7, 18],
      [7, 11],
      [7, 4],
      [4, undefined],
    ]);
    assert.equal(versions.size, 1, "all pages are of one resourceVersion");
    const inPages = await objects.list(secrets, { namespace, pageSize: 7 });
    const inOne = await objects.list(secrets, { namespace, pageSize: 0 });
    assert.deepEqual(inPages.objects, inOne.objects);
    assert.deepEqual(
      inPages.objects.map(({ metadata }) => metadata.name),
      names,
    );
    assert.deepEqual(
      new Set(inPages.objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)),
      new Set(["v1 Secret"]),
    );
    const everywhere = await objects.list(secrets, { labelSelector: "odd=1", pageSize: 5 });
    assert.equal(everywhere.objects.length, 12);
    const one = await objects.list(secrets, { namespace, fieldSelector: "metadata.name=page-03" });
    assert.equal(one.objects.length, 1);
  },

  async "reviews tell what a credential may do"({ cluster, nobody, namespace }) {
    const question = { verb: "list", group: "", resource: "secrets", namespace };
    assert.equal((await cluster.objects.reviewAccess(question)).allowed, true);
    assert.deepEqual(await nobody.objects.reviewAccess(question), { allowed: false, reason: "" });
    const roles = await resourceOf(cluster, "roles");
    const bindings = await resourceOf(cluster, "rolebindings");
    await cluster.objects.create(roles, {
      metadata: { namespace, name: "reader" },
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }],
    });
    await cluster.objects.create(bindings, {
      metadata: { namespace, name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "nobody" }],
    });
    const answer = await until("the role to count", async () => {
      const now = await nobody.objects.reviewAccess(question);
      return now.allowed ? now : undefined;
    });
    assert.match(answer.reason, /RoleBinding "reader\/heddle-test-/);
    const rules = listAt(await nobody.objects.reviewRules(namespace), "resourceRules");
    assert.ok(
      rules.some((rule) => listAt(rule, "resources").includes("secrets") && listAt(rule, "verbs").includes("list")),
    );
    const refused = await failureOf(nobody.objects.list(await resourceOf(cluster, "cm"), { namespace }));
    assert.equal(refused.code, "HEDDLE_CLUSTER_FORBIDDEN");
  },

  async "a list whose continue token expires between two pages starts over as one; pages end with GONE"(
    { cluster, cluster: { objects }, kube },
    t,
  ) {
    const namespace = await testNamespace(t, kube);
    const configMaps = await resourceOf(cluster, "cm");
    const put = async (name: string): Promise<void> =>
      void (await objects.create(configMaps, configMap(namespace, name)));
    for (const name of ["a", "b", "c", "d", "e"]) await put(name);

    const pages = objects.pages(configMaps, { namespace, pageSize: 2 })[Symbol.asyncIterator]();
    assert.equal((await pages.next()).value?.objects.length, 2);

    const forgetful = createObjects({
      api: afterFirst(cluster.api, async () => {
        await put("a-later");
        await kube.forgetHistory();
      }),
    });
    const whole = await forgetful.list(configMaps, { namespace, pageSize: 2 });
    assert.deepEqual(
      whole.objects.map(({ metadata }) => metadata.name),
      ["a", "a-later", "b", "c", "d", "e"],
      "one state, and the later one",
    );

    const failure: unknown = await pages.next().catch((error: unknown) => error);
    assert.ok(isHeddleError(failure, "HEDDLE_CLUSTER_GONE"), String(failure));
    assert.equal(stringAt(failure.details["status"] as JsonValue, "reason"), "Expired");
  },
};

const imagesOf = (object: KubeObject): readonly string[] =>
  listAt(object, "spec", "template", "spec", "containers").map((container) => stringAt(container, "image") ?? "");

/** The same client, with something done once after its first answer. */
function afterFirst(api: ApiClient, act: () => Promise<void>): ApiClient {
  let done = false;
  return {
    ...api,
    async json(request) {
      const answer = await api.json(request);
      if (!done) {
        done = true;
        await act();
      }
      return answer;
    },
  };
}
