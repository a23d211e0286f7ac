import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { kubeForTest, type KubeCluster, run } from "../../../test/kube/index.ts";
import { sized, testSize } from "../../../test/size.ts";
import { type HeddleError } from "../../base/index.ts";
import { type JsonObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { startForwarder } from "./testing/forwarder.ts";
import { eventually, testClient, type TestClientOptions } from "./testing/client.ts";

/** Which the API server answers to "who am I?". */
const whoAmI = {
  method: "POST",
  path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
  body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
} as const;

function clientOf(
  t: TestContext,
  kube: KubeCluster,
  options: TestClientOptions & Readonly<{ server?: string }> = {},
): ApiClient {
  const { server = kube.server, ...rest } = options;
  const api = testClient(server, { tls: { ca: kube.ca }, credentials: [{ token: kube.tokens.admin }], ...rest });
  t.after(() => api[Symbol.asyncDispose]());
  return api;
}

const configMap = (name: string): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { text: "x".repeat(1_000) },
});

// One cluster for all: each takes seconds to start, and what these tests leave behind disturbs no other.
describe("the client of a real API server", () => {
  it("keeps its promises", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;

    await t.test("asks, is told who it is, and reads the Status of a refusal", async (t) => {
      const api = clientOf(t, kube);
      assert.match(stringAt(await api.json({ path: "/version" }), "gitVersion") ?? "", /^v1\./);
      assert.equal(await api.text({ path: "/readyz", accept: "*/*" }), "ok");
      assert.ok((api.certificates().serverExpiresAtMs ?? 0) > Date.now());

      const stranger = clientOf(t, kube, { credentials: [{ token: "none" }] });
      await assert.rejects(stranger.json({ path: "/api/v1/pods" }), { code: "HEDDLE_CLUSTER_UNAUTHORIZED" });
      const nobody = clientOf(t, kube, { credentials: [{ token: kube.tokens.nobody }] });
      await assert.rejects(nobody.json({ path: "/api/v1/pods" }), (error: HeddleError) => {
        assert.equal(error.code, "HEDDLE_CLUSTER_FORBIDDEN");
        assert.match(error.message, /User "nobody" cannot list resource "pods".* \(Forbidden\)$/);
        return true;
      });
      await assert.rejects(
        api.json({
          method: "POST",
          path: "/api/v1/namespaces",
          body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "A_" } },
        }),
        { code: "HEDDLE_CLUSTER_INVALID", message: /metadata\.name/ },
      );
      const exec = {
        path: "/api/v1/namespaces/default/pods/none/exec",
        query: { command: ["true"], stdout: true },
        protocols: ["v5.channel.k8s.io"],
      };
      await assert.rejects(api.socket(exec), { code: "HEDDLE_CLUSTER_NOT_FOUND", message: /pods "none" not found/ });
      await assert.rejects(nobody.socket(exec), { code: "HEDDLE_CLUSTER_FORBIDDEN" });
    });

    await t.test("is who its certificate or its impersonation says, with every group and extra field", async (t) => {
      const certificate = kube.userCertificate({ user: "ann", groups: ["dev", "ops"] });
      const ann = clientOf(t, kube, { credentials: [{ certificate }] });
      const userOf = async (api: ApiClient) => objectAt(await api.json(whoAmI), "status", "userInfo");
      const known = await userOf(ann);
      assert.equal(known["username"], "ann");
      assert.deepEqual(known["groups"], ["dev", "ops", "system:authenticated"]);
      assert.ok((ann.certificates().clientExpiresAtMs ?? 0) > Date.now());

      const impersonate = {
        user: "bob ü€",
        uid: "u-7",
        groups: ["a,b", "c"],
        extra: { "example.org/Scopes": ["view", "edit it"] },
      };
      const bob = await userOf(clientOf(t, kube, { impersonate }));
      assert.deepEqual(
        [bob["username"], bob["uid"], bob["groups"], bob["extra"]],
        ["bob ü€", "u-7", ["a,b", "c", "system:authenticated"], { "example.org/scopes": ["view", "edit it"] }],
      );
    });

    await t.test("waits as priority and fairness asks, until everything is done", async (t) => {
      const flow = "flowcontrol.apiserver.k8s.io/v1";
      const api = clientOf(t, kube);
      const make = (kind: string, plural: string, spec: object) =>
        api.json({
          method: "POST",
          path: `/apis/${flow}/${plural}`,
          body: { apiVersion: flow, kind, metadata: { name: "narrow" }, spec: { ...spec } },
        });
      await make("PriorityLevelConfiguration", "prioritylevelconfigurations", {
        type: "Limited",
        limited: {
          nominalConcurrencyShares: 1,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: "Reject" },
        },
      });
      const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] };
      await make("FlowSchema", "flowschemas", {
        priorityLevelConfiguration: { name: "narrow" },
        matchingPrecedence: 2,
        rules: [{ subjects: [{ kind: "User", user: { name: "viewer" } }], resourceRules: [everything] }],
      });
      const refused = async (): Promise<number> =>
        Number(
          /apiserver_flowcontrol_rejected_requests_total\{[^}]*flow_schema="narrow"[^}]*\} (\d+)/.exec(
            await api.text({ path: "/metrics", accept: "*/*" }),
          )?.[1] ?? 0,
        );
      const viewer = clientOf(t, kube, { credentials: [{ token: kube.tokens.viewer }] });
      const list = () => viewer.json({ path: "/api/v1/pods" });
      const answers: unknown[] = [];
      for (let round = 0; round < 20 && (await refused()) === 0; round++)
        answers.push(...(await Promise.all(Array.from({ length: 40 }, list))));
      assert.ok((await refused()) > 0, "nothing was refused");
      for (const answer of answers) assert.equal(stringAt(answer as never, "kind"), "PodList");
    });

    await t.test("holds 300 watches on few connections while gets go on", async (t) => {
      const server = new URL(kube.server);
      await using forwarder = await startForwarder(Number(server.port), server.hostname);
      const api = clientOf(t, kube, { server: `https://127.0.0.1:${forwarder.port}` });
      const watches = await Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          api.stream({ path: "/api/v1/namespaces", query: { watch: true, labelSelector: `n!=${index}` }, watch: true }),
        ),
      );
      for (const { body } of watches) assert.equal((await body[Symbol.asyncIterator]().next()).done, false);
      await Promise.all(Array.from({ length: 200 }, () => api.json({ path: "/api/v1/namespaces/default" })));
      assert.ok(forwarder.opened() <= 6, `${forwarder.opened()} connections`);
    });

    await t.test("notices an API server that hangs, on an idle watch and a request without a time limit", async (t) => {
      // At full size with the interval of production: 15 s. When it asks, and when it gives up, is in ping.test.ts.
      const pingIntervalMs = sized({ small: 1_000, full: 15_000 });
      const api = clientOf(t, kube, { pingIntervalMs });
      const watch = await api.stream({
        path: "/api/v1/configmaps",
        query: { watch: true, resourceVersion: "0" },
        watch: true,
      });
      const chunks = watch.body[Symbol.asyncIterator]();
      const reading = (async () => {
        for (;;) if ((await chunks.next()).done) return;
      })();
      await api.json({ path: "/version" });
      kube.freezeApiServer();
      const fromMs = performance.now();
      const hanging = api.json({ method: "POST", path: "/api/v1/namespaces", body: {}, timeoutMs: 0 });
      const gone = { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true, details: { systemCode: "ETIMEDOUT" } };
      await Promise.all([assert.rejects(reading, gone), assert.rejects(hanging, gone)]);
      const noticedMs = performance.now() - fromMs;
      kube.thawApiServer();
      t.diagnostic(`noticed after ${Math.round(noticedMs)} ms`);
      assert.match(stringAt(await api.json({ path: "/version" }), "gitVersion") ?? "", /^v1\./);
    });

    await t.test("tells a server that is killed, and works again when it is back", async (t) => {
      const api = clientOf(t, kube);
      const watch = await api.stream({
        path: "/api/v1/configmaps",
        query: { watch: true, resourceVersion: "0" },
        watch: true,
      });
      const reading = (async () => {
        for await (const chunk of watch.body) assert.ok(chunk.length > 0);
      })();
      await api.json({ path: "/version" });
      const told = assert.rejects(reading, { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });
      await kube.killApiServer();
      await told;
      await assert.rejects(api.json({ path: "/version" }), { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });
      await kube.startApiServer(["--goaway-chance=0.02"]);
      assert.match(stringAt(await api.json({ path: "/version" }), "gitVersion") ?? "", /^v1\./);
    });

    await t.test("loses no request and no watch to a server that sends GOAWAY at random", async (t) => {
      const server = new URL(kube.server);
      await using forwarder = await startForwarder(Number(server.port), server.hostname);
      const api = clientOf(t, kube, { server: `https://127.0.0.1:${forwarder.port}` });
      const path = "/api/v1/namespaces/default/configmaps";
      const { metadata } = await api.json({ method: "POST", path, body: configMap("first") });
      const resourceVersion = stringAt(metadata, "resourceVersion");
      const watch = await api.stream({ path, query: { watch: true, resourceVersion }, watch: true });
      let seen = "";
      const watching = (async () => {
        for await (const chunk of watch.body) seen += Buffer.from(chunk).toString();
      })();
      const count = sized({ small: 300, full: 3_000 });
      let next = 0;
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          while (next < count) await api.json({ method: "POST", path, body: configMap(`c${next++}`) });
        }),
      );
      assert.equal(
        listAt(await api.json({ path }), "items").filter((item) => stringAt(item, "metadata", "name")?.startsWith("c"))
          .length,
        count,
      );
      await eventually("the watch saw all of them", () => seen.split('"type":"ADDED"').length > count);
      assert.ok(forwarder.opened() > 3, `${forwarder.opened()} connections: no GOAWAY came`);
      await watch[Symbol.asyncDispose]();
      await watching.catch(() => {});
    });

    await t.test("works over HTTP/1.1, and notices there too that the path is gone", async (t) => {
      await kube.killApiServer();
      await kube.startApiServer(["--disable-http2-serving"]);
      const api = clientOf(t, kube);
      const watch = await api.stream({
        path: "/api/v1/configmaps",
        query: { watch: true, resourceVersion: "0" },
        watch: true,
      });
      await Promise.all(Array.from({ length: 50 }, () => api.json({ path: "/api/v1/namespaces/default" })));
      const exec = { path: "/api/v1/namespaces/default/pods/none/exec", query: { command: ["true"], stdout: true } };
      await assert.rejects(api.socket({ ...exec, protocols: ["v5.channel.k8s.io"] }), {
        code: "HEDDLE_CLUSTER_NOT_FOUND",
      });
      await watch[Symbol.asyncDispose]();
      // TCP's own probes take 25 s: the first after 15, then each second, ten times.
      if (testSize === "full") await noticesTheCutPath(t, kube, api);
    });
  });
});

async function noticesTheCutPath(t: TestContext, kube: KubeCluster, api: ApiClient): Promise<void> {
  const query = { watch: true, resourceVersion: "0" };
  const watch = await api.stream({ path: "/api/v1/configmaps", query, watch: true });
  const link = /dev (\S+)/.exec(await run(["ip", "route", "get", new URL(kube.server).hostname]))?.[1];
  assert.ok(link);
  await run(["ip", "link", "set", link, "down"]);
  const fromMs = performance.now();
  const reading = (async () => {
    for await (const chunk of watch.body) assert.ok(chunk.length > 0);
  })();
  await assert.rejects(reading, { code: "HEDDLE_CLUSTER_UNREACHABLE", details: { systemCode: "ETIMEDOUT" } });
  const noticedMs = performance.now() - fromMs;
  t.diagnostic(`noticed after ${Math.round(noticedMs)} ms`);
  await run(["ip", "link", "set", link, "up"]);
}
