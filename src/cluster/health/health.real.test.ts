import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { type ClusterHealth } from "../../model/index.ts";
import { createAuthority, type KubeCluster, kubeForTest, until } from "../../../test/kube/index.ts";
import { type CredentialValue } from "../access.ts";
import { clusterOn, resourceOf } from "../objects/testing/real-cluster.ts";

const dayMs = 24 * 3_600_000;
const { signal } = new AbortController();

/** One check, by a client of its own. */
async function check(kube: KubeCluster, credential: CredentialValue, ca = kube.ca): Promise<ClusterHealth> {
  // A busy machine may be slow: that is not what is looked at here.
  const health = { timeoutMs: 30_000, limits: { slowMs: 30_000 } };
  await using cluster = clusterOn({ server: kube.server, ca }, credential, { health });
  return await cluster.health.check(signal);
}

describe("the health of a real API server", () => {
  it("is told in words", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;
    for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run(kube, t));
  });
});

const parts: Readonly<Record<string, (kube: KubeCluster, t: TestContext) => Promise<void>>> = {
  async "Connected, with version, latency and the certificate's end"(kube) {
    const {
      state,
      reason,
      version,
      latencyMs = 0,
      certificateExpiresAtMs = 0,
      lastSuccessAtMs,
    } = await check(kube, {
      token: kube.adminToken,
    });
    assert.deepEqual([state, reason, version], ["Connected", "", "v1.34.4"]);
    assert.ok(latencyMs > 0, String(latencyMs));
    assert.ok(certificateExpiresAtMs > Date.now() + 7 * dayMs);
    assert.ok(lastSuccessAtMs !== undefined);
  },

  async "Failed when the token is not accepted"(kube) {
    const { state, reason } = await check(kube, { token: "forged" });
    assert.equal(state, "Failed");
    assert.match(reason, /does not accept our credentials: .*Unauthorized/);
    assert.doesNotMatch(reason, /forged/);
  },

  async "Failed when the certificate is of another authority"(kube) {
    const { state, reason } = await check(kube, { token: kube.adminToken }, createAuthority("another").cert);
    assert.equal(state, "Failed");
    assert.match(reason, /TLS .*authority/);
  },

  async "Degraded when our client certificate ends within a week, Failed when it has"(kube) {
    const user = { user: "admin", groups: ["system:masters"], notBefore: new Date(Date.now() - 9 * dayMs) };
    const soon = await check(kube, {
      certificate: kube.userCertificate({ ...user, notAfter: new Date(Date.now() + 3.5 * dayMs) }),
    });
    assert.equal(soon.state, "Degraded");
    assert.match(soon.reason, /^our client certificate ends in 3 days, on \d{4}-\d\d-\d\d$/);
    const ended = await check(kube, {
      certificate: kube.userCertificate({ ...user, notAfter: new Date(Date.now() - dayMs) }),
    });
    assert.equal(ended.state, "Failed");
    assert.match(ended.reason, /our client certificate ended on/);
  },

  async "Connected with a note when only /version is for us, Degraded when nothing is"(kube) {
    await using admin = clusterOn(kube, { token: kube.adminToken });
    const bindings = await resourceOf(admin, "clusterrolebindings");
    const roles = await resourceOf(admin, "clusterroles");
    for (const name of ["system:public-info-viewer", "system:discovery"])
      await admin.objects.delete(bindings, { name });
    const nobody = (): Promise<ClusterHealth> => check(kube, { token: kube.tokens.nobody });
    const forbidden = await until("everything to be forbidden", async () => {
      const health = await nobody();
      return health.state === "Degraded" ? health : undefined;
    });
    assert.equal(forbidden.reason, "answers, but we may not ask for /version, /readyz and /livez");
    const name = "version-only";
    await admin.objects.create(roles, {
      metadata: { name },
      rules: [{ nonResourceURLs: ["/version"], verbs: ["get"] }],
    });
    await admin.objects.create(bindings, {
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "nobody" }],
    });
    const { reason, version } = await until("/version to be allowed", async () => {
      const health = await nobody();
      return health.state === "Connected" ? health : undefined;
    });
    assert.deepEqual([reason, version], ["we may not ask for /readyz and /livez", "v1.34.4"]);
  },

  async "Degraded, naming etcd, while etcd stands still"(kube, t) {
    await using cluster = clusterOn(kube, { token: kube.adminToken });
    const etcd = pidOfEtcd(kube);
    t.after(() => resume(etcd));
    process.kill(etcd, "SIGSTOP");
    const { reason, version } = await until("etcd's silence to show", async () => {
      const health = await cluster.health.check(signal);
      return health.state === "Degraded" ? health : undefined;
    });
    // Both endpoints ask etcd, each with a time limit of its own: which fails first is chance.
    assert.match(reason, /not (ready|live): .*etcd.* failed/);
    assert.equal(version, "v1.34.4");
    resume(etcd);
    await until("health to return", async () => (await cluster.health.check(signal)).state === "Connected");
  },

  async "Failed while the API server is frozen or gone, and Connected again with the same client"(kube) {
    await using cluster = clusterOn(kube, { token: kube.adminToken }, { health: { timeoutMs: 500 } });
    const { lastSuccessAtMs } = await cluster.health.check(signal);
    kube.freezeApiServer();
    const frozen = await cluster.health.check(signal);
    assert.deepEqual([frozen.state, frozen.lastSuccessAtMs], ["Failed", lastSuccessAtMs]);
    assert.match(frozen.reason, /did not answer within 0\.5 s/);
    kube.thawApiServer();
    await until("the thaw", async () => (await cluster.health.check(signal)).state === "Connected");
    await kube.killApiServer();
    assert.equal((await cluster.health.check(signal)).state, "Failed");
    // On a busy machine half a second may be over before the refusal is heard.
    await until("the refusal to be told", async () =>
      /refused|reset|closed/i.test((await cluster.health.check(signal)).reason),
    );
    await kube.startApiServer();
    await until("the return", async () => (await cluster.health.check(signal)).state === "Connected");
  },
};

/** The harness starts it with its data in the cluster's directory, which no other process names so. */
function pidOfEtcd(kube: KubeCluster): number {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const command = commandOf(entry);
    if (command[0]?.endsWith("etcd") && command.includes(`--data-dir=${kube.directory}/etcd`)) return Number(entry);
  }
  throw new Error("no etcd of this cluster is running");
}

/** The `nsenter` that started it stops with it and must go on too. */
function resume(pid: number): void {
  const parent = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  for (const stopped of [pid, parent]) process.kill(stopped, "SIGCONT");
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
