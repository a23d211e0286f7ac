import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { systemClock } from "../../base/index.ts";
import { apiVersionOf, type JsonObject, listAt, type Resource, resourceName, stringAt } from "../../model/index.ts";
import { ownOf, type TestCluster, testKube, until } from "../../../test/kube/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type Cluster } from "../model.ts";
import { clusterOn, resourceOf } from "../objects/testing/real-cluster.ts";
import { createDiscovery } from "./discovery.ts";
import { createDiscoveryRefresher, type ResourceChanges } from "./refresher.ts";
import { type Definition, definitionOf, definitionsByTheDozen, type Kind } from "./testing/definitions.ts";

type Setting = Readonly<{ cluster: Cluster; kube: TestCluster }>;

/** The same server, asked as clients before aggregated discovery did. */
const oldFashioned = (api: ApiClient): ApiClient => ({
  ...api,
  json: (request) => api.json({ ...request, accept: "application/json" }),
});

const bobbin = (fields: Partial<Kind> = {}): Definition =>
  definitionOf({ group: "loom.example.com", plural: "bobbins", shortNames: ["bb"], categories: ["loom"], ...fields });

const apiService = (group: string): JsonObject => ({
  metadata: { name: `v1.${group}` },
  spec: {
    group,
    version: "v1",
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: { namespace: "default", name: "nowhere" },
  },
});

describe("discovery of a real API server", () => {
  it("tells what it serves", async (t) => {
    const kube = await testKube(t);
    if (kube === undefined) return;
    await using cluster = clusterOn(kube, kube.credential);
    for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run({ cluster, kube }, t));
  });
});

const parts: Readonly<Record<string, (setting: Setting, t: TestContext) => Promise<void>>> = {
  async "the same resources as kubectl api-resources"({ cluster, kube }) {
    const told = (await cluster.discovery.resources()).map((resource) =>
      [
        resource.plural,
        resource.shortNames.join(","),
        apiVersionOf(resource),
        String(resource.namespaced),
        resource.kind,
        resource.verbs.toSorted().join(","),
        resource.categories.join(","),
      ].join(" "),
    );
    const table = (await kube.kubectl(["api-resources", "-o", "wide"])).trimEnd().split("\n");
    const starts = [...(table[0] ?? "").matchAll(/\S+/g)].map(({ index }) => index);
    const kubectls = table
      .slice(1)
      .map((line) => starts.map((start, column) => line.slice(start, starts[column + 1]).trim()).join(" "));
    assert.ok(told.length > 50);
    assert.deepEqual(told.toSorted(), kubectls.toSorted());
  },

  async "the same by the old discovery as by the aggregated one"({ cluster }) {
    const sorted = (resources: readonly Resource[]): readonly unknown[] =>
      resources
        .map((resource) => ({ ...resource, subresources: resource.subresources.map(({ name }) => name).toSorted() }))
        .toSorted((a, b) => (resourceName(a) < resourceName(b) ? -1 : 1));
    const old = createDiscovery({ api: oldFashioned(cluster.api), clock: systemClock });
    assert.deepEqual(sorted(await old.resources()), sorted(await cluster.discovery.resources()));
  },

  async "a kind whose definition has just come is found"({ cluster: { discovery, objects }, cluster, kube }, t) {
    if (ownOf(t, kube, "it defines kinds for all") === undefined) return;
    await discovery.resources();
    const definitions = await resourceOf(cluster, "crd");
    await objects.create(definitions, bobbin());
    await until("the definition to be established", async () => {
      const { status } = await objects.get(definitions, { name: "bobbins.loom.example.com" });
      return listAt(status, "conditions").some((condition) => stringAt(condition, "type") === "Established");
    });
    const [found] = await until("the bobbins to be found", () => discovery.find("bb"));
    assert.equal(found && resourceName(found), "bobbins.loom.example.com");
    assert.deepEqual((await discovery.find("loom")).map(resourceName), ["bobbins.loom.example.com"], "by category");
    await objects.delete(definitions, { name: "bobbins.loom.example.com" });
    // The next part makes it anew.
    await kube.kubectl(["wait", "--for=delete", "crd/bobbins.loom.example.com", "--timeout=180s"]);
  },

  async "what comes, changes and goes is told"({ cluster, cluster: { objects }, kube }, t) {
    if (ownOf(t, kube, "it defines kinds for all") === undefined) return;
    const told = watch(cluster, t);
    const definitions = await resourceOf(cluster, "crd");
    await until("the first telling", () => told.length > 0);
    const name = "bobbins.loom.example.com";
    await objects.create(definitions, bobbin());
    await until("the bobbins to come", () => names(told, "added").includes(name));
    const patch = { spec: bobbin({ shortNames: ["bob"], versions: ["v2", "v1"] })["spec"] };
    await objects.patch(definitions, { name }, { type: "merge", patch });
    const changed = await until("the bobbins to change", () =>
      told.find(({ added, removed }) => removed.some(isBobbin) && added.some(isBobbin)),
    );
    const now = await until("the new version and short name", () =>
      told
        .at(-1)
        ?.resources.find(
          (resource) => isBobbin(resource) && resource.version === "v2" && resource.shortNames[0] === "bob",
        ),
    );
    assert.deepEqual([changed.removed[0]?.version, now.version], ["v1", "v2"]);
    assert.deepEqual(
      (await cluster.discovery.find("bob")).map(({ version }) => version),
      ["v2"],
    );
    await objects.delete(definitions, { name });
    await until("the bobbins to go", () => !told.at(-1)?.resources.some(isBobbin));
  },

  async "an API service that leads nowhere is named, and nothing else is missing"(
    { cluster: { objects, discovery }, cluster, kube },
    t,
  ) {
    if (ownOf(t, kube, "it defines kinds for all") === undefined) return;
    const told = watch(cluster, t);
    const before = (await discovery.resources()).length;
    const services = await resourceOf(cluster, "apiservices");
    await objects.create(services, apiService("nowhere.example.com"));
    await until("the failing group to be told", () => told.at(-1)?.failedGroups.includes("nowhere.example.com"));
    assert.equal((await discovery.resources()).length, before);
    assert.deepEqual(discovery.failedGroups(), ["nowhere.example.com"]);
    const old = createDiscovery({ api: oldFashioned(cluster.api), clock: systemClock });
    assert.equal((await old.resources()).length, before);
    assert.deepEqual(old.failedGroups(), ["nowhere.example.com"]);
    await assert.rejects(discovery.find("gauges"), /not all groups answered \(nowhere\.example\.com\)/);
    await objects.delete(services, { name: "v1.nowhere.example.com" });
    await until("the group to go", () => told.at(-1)?.failedGroups.length === 0);
  },

  async "definitions by the dozen, all at once"({ cluster, cluster: { objects }, kube }, t) {
    if (ownOf(t, kube, "it defines kinds for all") === undefined) return;
    const definitions = definitionsByTheDozen();
    const told = watch(cluster, t);
    const crds = await resourceOf(cluster, "crd");
    await until("the first telling", () => told.length > 0);
    const known = told.at(-1)?.resources.length ?? 0;
    await Promise.all(definitions.map((definition) => objects.create(crds, definition)));
    await until("all to be served", () => told.at(-1)?.resources.length === known + definitions.length);
    const added = new Set(names(told.slice(1), "added"));
    assert.deepEqual(added, new Set(definitions.map(({ metadata }) => metadata.name)));
    for (const [word, name] of [
      ["net-attach-def", "network-attachment-definitions.k8s.cni.cncf.io"],
      ["httproute", "httproutes.gateway.networking.k8s.io"],
      ["networkpolicies", "networkpolicies.networking.k8s.io"],
      ["networkpolicies.crd", "networkpolicies.crd.projectcalico.org"],
    ] as const) {
      assert.equal(resourceName(await resourceOf(cluster, word)), name);
    }
    await objects.deleteCollection(crds, {});
    await until("all to be gone", () => told.at(-1)?.resources.length === known);
  },
};

const isBobbin = ({ plural }: Resource): boolean => plural === "bobbins";

const names = (told: readonly ResourceChanges[], which: "added" | "removed"): readonly string[] =>
  told.flatMap((changes) => changes[which].map(resourceName));

/** Everything that a refresher tells until the test ends. */
function watch(cluster: Cluster, t: TestContext): readonly ResourceChanges[] {
  const told: ResourceChanges[] = [];
  const stop = new AbortController();
  const refresher = createDiscoveryRefresher({
    discovery: cluster.discovery,
    follow: cluster.follow,
    clock: systemClock,
  });
  const ended = (async () => {
    for await (const changes of refresher.watch(stop.signal)) told.push(changes);
  })();
  t.after(async () => {
    stop.abort();
    await ended;
  });
  return told;
}
