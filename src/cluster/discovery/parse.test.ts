import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JsonObject, type Resource, resourceName } from "../../model/index.ts";
import { chooseResources, failedGroupsOf } from "./choose.ts";
import { type ServedGroups } from "./groups.ts";
import { loadGroups } from "./load.ts";
import { parseAggregated } from "./parse-aggregated.ts";
import { parseGroupVersions, parseResourceList } from "./parse-old.ts";
import { createRecordedApi, failure, readRecording } from "./testing/recorded-api.ts";

const aggregated = readRecording("discovery-aggregated");
const beta = readRecording("discovery-aggregated-v2beta1");
const old = readRecording("discovery-old");

const load = (recording: Readonly<Record<string, JsonObject>>): Promise<ServedGroups> =>
  loadGroups(createRecordedApi(recording).api);

const named = async (recording: Readonly<Record<string, JsonObject>>, name: string): Promise<Resource> => {
  const found = chooseResources(await load(recording)).find((resource) => resourceName(resource) === name);
  assert.ok(found, `${name} is served`);
  return found;
};

describe("aggregated discovery", () => {
  it("tells a resource with everything that people call it by", async () => {
    const { subresources, ...deployment } = await named(aggregated, "deployments.apps");
    assert.deepEqual(deployment, {
      group: "apps",
      version: "v1",
      kind: "Deployment",
      plural: "deployments",
      singular: "deployment",
      namespaced: true,
      verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
      shortNames: ["deploy"],
      categories: ["all"],
    });
    assert.deepEqual(
      subresources.map(({ name }) => name),
      ["scale", "status"],
    );
  });

  it("gives subresources the group and version that their objects have", async () => {
    const { subresources } = await named(aggregated, "pods");
    const of = (name: string): string => {
      const { group, version, kind } =
        subresources.find((subresource) => subresource.name === name) ?? assert.fail(name);
      return `${group}/${version} ${kind}`;
    };
    assert.equal(of("eviction"), "policy/v1 Eviction");
    assert.equal(of("status"), "/v1 Pod");
    assert.equal(of("binding"), "/v1 Binding");
  });

  it("keeps resources that are not namespaced apart", async () => {
    assert.equal((await named(aggregated, "nodes")).namespaced, false);
    assert.equal((await named(aggregated, "network-attachment-definitions.k8s.cni.cncf.io")).namespaced, true);
  });

  it("names a group whose API service is down, and has all the others", async () => {
    const groups = await load(aggregated);
    assert.deepEqual(failedGroupsOf(groups), ["metrics.example.com"]);
    assert.equal(chooseResources(groups).length, 67);
  });

  it("reads the beta of older servers alike", async () => {
    const apps = (groups: ServedGroups): unknown => groups.find(({ name }) => name === "apps");
    assert.deepEqual(apps(await load(beta)), apps(await load(aggregated)));
    assert.deepEqual(failedGroupsOf(await load(beta)), ["metrics.example.com"]);
  });

  it("leaves out what has no kind or no verbs, and takes the kind where no singular is told", () => {
    const resource = (fields: JsonObject): JsonObject => ({ scope: "Cluster", verbs: ["get"], ...fields });
    const groups = parseAggregated({
      items: [
        {
          metadata: { name: "g" },
          versions: [
            {
              version: "v1",
              resources: [
                resource({ resource: "parents", subresources: [{ subresource: "x", verbs: ["get"] }] }),
                resource({ resource: "mutes", responseKind: { kind: "Mute" }, verbs: [] }),
                resource({ resource: "things", responseKind: { group: "g", version: "v1", kind: "Thing" } }),
              ],
            },
          ],
        },
      ],
    });
    const [only, ...others] = chooseResources(groups);
    assert.deepEqual([only?.plural, only?.singular, others.length], ["things", "thing", 0]);
  });
});

describe("the old discovery", () => {
  it("tells the same as the aggregated one of the same server", async () => {
    const told = (groups: ServedGroups): readonly unknown[] =>
      chooseResources(groups)
        .map((resource) => ({ ...resource, subresources: resource.subresources.toSorted(byName) }))
        .toSorted((a, b) => (resourceName(a) < resourceName(b) ? -1 : 1));
    assert.deepEqual(told(await load(old)), told(await load(aggregated)));
    assert.deepEqual(
      (await load(old)).map(({ name }) => name),
      (await load(aggregated)).map(({ name }) => name),
    );
  });

  it("names a group that answers 5xx or nothing it should, and has all the others", async () => {
    assert.ok(!("/apis/metrics.example.com/v1beta1" in old), "the recording has no answer there: the service is down");
    const { api } = createRecordedApi({
      ...old,
      "/apis/metrics.example.com/v1beta1": failure("HEDDLE_CLUSTER_UNAVAILABLE"),
    });
    const groups = await loadGroups(api);
    assert.deepEqual(failedGroupsOf(groups), ["metrics.example.com"]);
    assert.equal(chooseResources(groups).length, 67);
  });

  it("takes a version that is gone between the two questions as gone", async () => {
    assert.deepEqual(failedGroupsOf(await load(old)), []);
  });

  it("puts the preferred version first", () => {
    const version = (version: string): JsonObject => ({ groupVersion: `g/${version}`, version });
    const group = {
      name: "g",
      versions: [version("v1beta1"), version("v1"), version("v2")],
      preferredVersion: version("v1"),
    };
    assert.deepEqual(
      parseGroupVersions({ groups: [group] }).map(({ version }) => version),
      ["v1", "v1beta1", "v2"],
    );
  });

  it("hangs pods/log below pods, and nothing below its namesakes", () => {
    const entry = (name: string): JsonObject => ({ name, kind: "X", verbs: ["get"], namespaced: true });
    const [pods, podsecurity] = parseResourceList(
      { group: "", version: "v1" },
      { resources: [entry("pods"), entry("pods/log"), entry("podsecurity"), entry("podsecurity/status")] },
    );
    assert.deepEqual(
      pods?.subresources.map(({ name }) => name),
      ["log"],
    );
    assert.deepEqual(
      podsecurity?.subresources.map(({ name }) => name),
      ["status"],
    );
  });
});

describe("loading", () => {
  it("asks twice where discovery is aggregated, and also where only one of the two roots is", async () => {
    const { api, asked } = createRecordedApi(aggregated);
    await loadGroups(api);
    assert.deepEqual(asked, ["/api", "/apis"]);
    const mixed = await load({ ...old, "/apis": aggregated["/apis"] ?? {} });
    assert.equal(chooseResources(mixed).length, 67);
  });

  it("does without /api: a server may serve named groups only", async () => {
    const groups = await load({ "/apis": aggregated["/apis"] ?? {} });
    assert.equal(groups[0]?.name, "apiregistration.k8s.io");
  });

  it("fails when the server does: not allowed, not reached, no Kubernetes", async () => {
    const code = async (answer: Parameters<typeof createRecordedApi>[0]): Promise<unknown> =>
      loadGroups(createRecordedApi({ ...old, ...answer }).api).then(
        () => "loaded",
        (error: unknown) => (error as { code?: unknown }).code,
      );
    assert.equal(await code({ "/apis": failure("HEDDLE_CLUSTER_FORBIDDEN") }), "HEDDLE_CLUSTER_FORBIDDEN");
    assert.equal(await code({ "/apis/apps/v1": failure("HEDDLE_CLUSTER_UNREACHABLE") }), "HEDDLE_CLUSTER_UNREACHABLE");
    assert.equal(await code({ "/apis/apps/v1": failure("HEDDLE_CREDENTIAL_EXPIRED") }), "HEDDLE_CREDENTIAL_EXPIRED");
    assert.equal(await code({ "/apis": { kind: "Login" } }), "HEDDLE_CLUSTER_PROTOCOL");
  });
});

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
