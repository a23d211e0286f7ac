import assert from "node:assert/strict";
import { type JsonValue, listAt, stringAt } from "../../model/index.ts";
import { configMap, failureOf, type Sentences, statusOf } from "./setting.ts";

const names = (value: JsonValue | undefined, ...path: readonly string[]): readonly (string | undefined)[] =>
  listAt(value, ...path).map((item) => stringAt(item, "name"));

export const discoverySentences: Sentences = {
  async "health and version are answered"({ cluster }) {
    for (const path of ["/livez", "/readyz"]) assert.equal(await cluster.api.text({ path }), "ok");
    assert.match(stringAt(await cluster.api.json({ path: "/version" }), "gitVersion") ?? "", /^v1\.\d+/);
  },

  async "aggregated discovery names every kind with scope, verbs, short names and subresources"({ cluster }) {
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const document = await cluster.api.json({ path: "/apis", accept });
    assert.equal(document["kind"], "APIGroupDiscoveryList");
    const deployments = (await cluster.discovery.find("deploy"))[0];
    assert.deepEqual(
      [deployments?.group, deployments?.version, deployments?.kind, deployments?.namespaced],
      ["apps", "v1", "Deployment", true],
    );
    assert.deepEqual(deployments?.subresources.map(({ name }) => name).toSorted(), ["scale", "status"]);
    assert.ok(deployments?.verbs.includes("watch") && deployments.shortNames.includes("deploy"));
  },

  async "the old discovery documents tell the same"({ cluster }) {
    assert.deepEqual(listAt(await cluster.api.json({ path: "/api" }), "versions"), ["v1"]);
    const groups = names(await cluster.api.json({ path: "/apis" }), "groups");
    for (const group of ["apps", "batch", "apiextensions.k8s.io"]) assert.ok(groups.includes(group), group);
    const apps = await cluster.api.json({ path: "/apis/apps/v1" });
    assert.equal(apps["kind"], "APIResourceList");
    const resources = names(apps, "resources");
    for (const name of ["deployments", "deployments/status", "deployments/scale", "replicasets"])
      assert.ok(resources.includes(name), name);
    assert.equal(
      stringAt(await cluster.api.json({ path: "/apis/apps" }), "preferredVersion", "groupVersion"),
      "apps/v1",
    );
  },

  async "a credential is told what it may do, by reviews that nothing keeps"({ cluster, namespace }) {
    const { allowed } = await cluster.objects.reviewAccess({ verb: "list", group: "apps", resource: "deployments" });
    assert.equal(allowed, true);
    const everything = JSON.stringify({ verbs: ["*"], apiGroups: ["*"], resources: ["*"] });
    const rules = listAt(await cluster.objects.reviewRules(namespace), "resourceRules");
    assert.ok(rules.some((rule) => JSON.stringify(rule) === everything));
    const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    assert.equal((await statusOf(cluster.api.json({ path })))[0], 405);
    const empty = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: {} };
    assert.deepEqual((await statusOf(cluster.api.json({ method: "POST", path, body: empty }))).slice(0, 2), [
      422,
      "Invalid",
    ]);
  },

  async "what is not served is not found"({ cluster }) {
    for (const path of ["/apis/none.example.com/v1", "/api/v1/nothings", "/apis/apps/v1/namespaces/default/nothings/x"])
      assert.equal((await failureOf(cluster.api.json({ path }))).details["httpStatus"], 404, path);
  },

  async "a subresource that a kind does not have is not found"({ cluster, namespace, resource }) {
    await cluster.objects.create(await resource("cm"), configMap(namespace, "a"));
    const path = `/api/v1/namespaces/${namespace}/configmaps/a/status`;
    assert.deepEqual((await statusOf(cluster.api.json({ path }))).slice(0, 2), [404, "NotFound"]);
  },

  async "a definition brings its kind, in each served version, until it is deleted"({ cluster, namespace, resource }) {
    const { weavers, definition } = { weavers: "weavers.contract.example.com", definition: definitionOf() };
    const definitions = await resource("customresourcedefinitions");
    await cluster.objects.create(definitions, definition);
    const found = await eventually("its kind is served", async () => {
      cluster.discovery.refresh();
      return (await cluster.discovery.find("weavers"))[0];
    });
    assert.deepEqual([found.kind, found.version, found.shortNames], ["Weaver", "v1", ["wv"]]);
    const made = await eventually("it can be created", () =>
      cluster.objects.create(found, { metadata: { namespace, name: "one" }, spec: { threads: 3 } }),
    );
    assert.equal(made.metadata.generation, 1);
    const old = await cluster.api.json({
      path: `/apis/contract.example.com/v1beta1/namespaces/${namespace}/weavers/one`,
    });
    assert.equal(old["apiVersion"], "contract.example.com/v1beta1");
    await cluster.objects.delete(definitions, { name: weavers });
    await eventually("it is no longer served", async () => {
      const path = `/apis/contract.example.com/v1/namespaces/${namespace}/weavers/one`;
      return (await failureOf(cluster.api.json({ path }))).details["httpStatus"] === 404 ? true : undefined;
    });
  },
};

const version = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
});

const definitionOf = () => ({
  metadata: { name: "weavers.contract.example.com" },
  spec: {
    group: "contract.example.com",
    scope: "Namespaced",
    names: { plural: "weavers", singular: "weaver", kind: "Weaver", listKind: "WeaverList", shortNames: ["wv"] },
    versions: [version("v1", true), version("v1beta1", false)],
  },
});

/** The answer, once it is given without a failure; its last failure when that takes too long. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const untilMs = performance.now() + 120_000;
  let failure: unknown;
  while (performance.now() < untilMs) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came true: ${what}`, { cause: failure });
}
