import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { type KubeCluster, startFaultProxy, startKube, testKube, testNamespace, until } from "./index.ts";
import { readBody } from "./request.ts";
import { statusAs, useCluster } from "./suite.ts";

describe("a control plane", () => {
  const suite = useCluster({ controllers: true });

  it("is the Kubernetes that it says", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const version = JSON.parse(await cluster.kubectl(["version", "-o", "json"])) as Record<
      string,
      { gitVersion: string }
    >;
    assert.equal(version["serverVersion"]?.gitVersion, "v1.34.4");
    assert.equal(version["clientVersion"]?.gitVersion, "v1.34.4");
  });

  it("knows an admin, a viewer and a nobody by token", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const { admin, viewer, nobody } = cluster.tokens;
    const statuses = (path: string): Promise<readonly number[]> =>
      Promise.all([admin, viewer, nobody, "wrong"].map((token) => statusAs(cluster, token, path)));
    assert.deepEqual(await statuses("/api/v1/pods"), [200, 200, 403, 401]);
    assert.deepEqual(await statuses("/api/v1/secrets"), [200, 403, 403, 401]);
  });

  it("knows users by certificate, and not when the certificate is over", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const hourMs = 3_600_000;
    const valid = cluster.userCertificate({ user: "jane", groups: ["weavers"] });
    const over = cluster.userCertificate({ user: "jane", notAfter: new Date(Date.now() - hourMs / 60) });
    const who = await cluster.kubectl(["auth", "whoami", "-o", "json", ...certificateFlags(cluster, valid)]);
    assert.match(who, /"jane"/);
    assert.match(who, /"weavers"/);
    await assert.rejects(
      cluster.kubectl(["auth", "whoami", ...certificateFlags(cluster, over)]),
      /logged in|Unauthorized/,
    );
  });

  it("issues a service account's tokens, short-lived ones too", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const namespace = await testNamespace(t, cluster);
    await cluster.kubectl(["create", "serviceaccount", "robot", "-n", namespace]);
    const statusAfter = async (seconds: number): Promise<number> => {
      const token = await cluster.serviceAccountToken({ namespace, name: "robot", seconds });
      return statusAs(cluster, token, "/api/v1/pods");
    };
    assert.deepEqual([await statusAfter(600), await statusAfter(20), await statusAfter(-1)], [403, 403, 401]);
  });

  it("makes and deletes namespaces", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const namespace = await testNamespace(t, cluster);
    await until("the default service account", () =>
      cluster.kubectl(["get", "serviceaccount", "default", "-n", namespace]),
    );
    await cluster.kubectl(["delete", "namespace", namespace, "--timeout=180s"]);
  });

  it("comes back on the same address after a kill, with what it stored", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const namespace = await testNamespace(t, cluster);
    await cluster.kubectl(["create", "configmap", "kept", "-n", namespace]);
    await cluster.killApiServer();
    await assert.rejects(readBody(`${cluster.server}/readyz`, { ca: cluster.ca }), /ECONNREFUSED/);
    await cluster.startApiServer(["--disable-http2-serving"]);
    await cluster.kubectl(["get", "configmap", "kept", "-n", namespace]);
    assert.equal(await protocolOf(cluster), "http/1.1");
    await cluster.killApiServer();
    await cluster.startApiServer([]);
    assert.equal(await protocolOf(cluster), "h2");
  });

  it("falls silent when frozen, and goes on when thawed", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    cluster.freezeApiServer();
    await assert.rejects(readBody(`${cluster.server}/readyz`, { ca: cluster.ca, timeoutMs: 300 }), /no answer within/);
    cluster.thawApiServer();
    assert.equal(await statusAs(cluster, cluster.adminToken, "/readyz"), 200);
    cluster.freezeApiServer();
    await cluster.killApiServer();
    await cluster.startApiServer();
  });

  it("answers 410 to a resourceVersion from before its history was forgotten", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const path = "/api/v1/namespaces/default/configmaps";
    const access = { ca: cluster.ca, token: cluster.adminToken };
    const list = JSON.parse((await readBody(`${cluster.server}${path}`, access)).body) as {
      metadata: { resourceVersion: string };
    };
    const watch = `${cluster.server}${path}?watch=true&timeoutSeconds=1&resourceVersion=${list.metadata.resourceVersion}`;
    assert.equal((await readBody(watch, access)).body, "", "still there before");
    await cluster.forgetHistory();
    assert.match((await readBody(watch, access)).body, /"code":410/);
  });

  it("is reached through the fault proxy by kubectl, and kubectl hears the faults", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const proxy = await startFaultProxy({ server: cluster.server, ca: cluster.ca });
    t.after(() => proxy[Symbol.asyncDispose]());
    const caFile = join(cluster.directory, "proxy-ca.crt");
    writeFileSync(caFile, proxy.ca);
    const through = ["--kubeconfig=/dev/null", "--server", proxy.server, "--certificate-authority", caFile];
    const get = (): Promise<string> =>
      cluster.kubectl(["get", "namespaces", "--token", cluster.adminToken, ...through]);
    assert.match(await get(), /kube-system/);
    proxy.inject({ fault: { kind: "answer", status: 410 }, match: ({ path }) => path === "/api/v1/namespaces" });
    await assert.rejects(get(), /too old resource version/);
  });

  it("is shared by tests as HEDDLE_TEST_KUBECONFIG: each has a namespace there, and a stranger without rights", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const before = process.env["HEDDLE_TEST_KUBECONFIG"];
    process.env["HEDDLE_TEST_KUBECONFIG"] = cluster.kubeconfigPath;
    try {
      const named = await testKube(t);
      assert.ok(named);
      assert.deepEqual([named.server, named.ca, named.own], [cluster.server, cluster.ca, undefined]);
      assert.match(named.namespace, /^heddle-test-/);
      await named.kubectl(["create", "configmap", "mine"]);
      const created = await cluster.kubectl(["get", "configmap", "mine", "-n", named.namespace, "-o", "name"]);
      assert.equal(created, "configmap/mine\n");
      assert.match(await named.kubectl(["auth", "whoami"]), /system:masters/);
      assert.equal(await statusAs(cluster, named.stranger.token, "/version"), 200);
      assert.equal(await statusAs(cluster, named.stranger.token, "/api/v1/pods"), 403);
      const bind = ["create", "rolebinding", "b", "--clusterrole=cluster-admin", `--user=${named.stranger.user}`];
      await named.kubectl(bind);
      const secrets = `/api/v1/namespaces/${named.namespace}/secrets`;
      await until("the binding to count", async () => (await statusAs(cluster, named.stranger.token, secrets)) === 200);
    } finally {
      if (before === undefined) delete process.env["HEDDLE_TEST_KUBECONFIG"];
      else process.env["HEDDLE_TEST_KUBECONFIG"] = before;
    }
  });

  it("refuses a name that is taken", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    await assert.rejects(startKube({ name: cluster.name }), { code: "HEDDLE_USAGE", message: /is there already/ });
    assert.equal(await statusAs(cluster, cluster.adminToken, "/readyz"), 200, "the first is untouched");
  });
});

function certificateFlags(cluster: KubeCluster, pair: Readonly<{ cert: string; key: string }>): readonly string[] {
  const [certFile, keyFile] = [join(cluster.directory, "user.crt"), join(cluster.directory, "user.key")];
  writeFileSync(certFile, pair.cert);
  writeFileSync(keyFile, pair.key);
  const server = ["--kubeconfig=/dev/null", "--server", cluster.server, "--certificate-authority", cluster.caFile];
  return [...server, "--client-certificate", certFile, "--client-key", keyFile];
}

async function protocolOf(cluster: KubeCluster): Promise<string | false | null> {
  const { hostname: host, port } = new URL(cluster.server);
  const socket = connectTls({ host, port: Number(port), ca: cluster.ca, ALPNProtocols: ["h2", "http/1.1"] });
  await once(socket, "secureConnect");
  socket.destroy();
  return socket.alpnProtocol;
}
