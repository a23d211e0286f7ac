import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { type JsonValue, type KubeObject, listAt, numberAt, stringAt } from "../../model/index.ts";
import { ownOf, testNamespace, until } from "../../../test/kube/index.ts";
import { type ApiClient } from "../api-client.ts";
import { failureOf } from "../testing/failure-of.ts";
import { createObjects } from "./objects.ts";
import { resourceOf } from "./testing/real-cluster.ts";
import { causesOf, configMap, deployment, type Parts, pod, runParts } from "./testing/real-parts.ts";

describe("lists, subresources, evictions and reviews on a real API server", () => {
  it("do what the API says", (t) => runParts(t, parts));
});

const parts: Parts = {
  async "subresources: scale, status, token, binding"({ cluster: { objects }, cluster, namespace, kube }, t) {
    if (ownOf(t, kube, "controllers would change what it makes") === undefined) return;
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

  async "eviction honours a disruption budget"({ cluster: { objects }, cluster, namespace, kube }, t) {
    if (ownOf(t, kube, "controllers would change what it makes") === undefined) return;
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
        metadata: { namespace, name, labels: { odd: String(Number(name.slice(-1)) % 2), by: namespace } },
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
    const everywhere = await objects.list(secrets, { labelSelector: `odd=1,by=${namespace}`, pageSize: 5 });
    assert.equal(everywhere.objects.length, 12);
    const one = await objects.list(secrets, { namespace, fieldSelector: "metadata.name=page-03" });
    assert.equal(one.objects.length, 1);
  },

  async "reviews tell what a credential may do"({ cluster, nobody, namespace, kube }) {
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
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: kube.stranger.user }],
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
    const own = ownOf(t, kube, "its history is forgotten");
    if (own === undefined) return;
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
        await own.forgetHistory();
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
