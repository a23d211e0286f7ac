import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../base/index.ts";
import { type Resource } from "../../model/index.ts";
import { startFaultProxy, startRelay, until } from "../../../test/kube/index.ts";
import { createTokenFileCredential } from "../credentials/file-credential.ts";
import { widgets } from "./testing/fake-api.ts";
import { hear, type Hearing } from "./testing/hear.ts";
import {
  assertFollowerEqualsFreshList,
  churn,
  clientOf,
  configMaps as resource,
  configMapsOf,
  coreResource,
  createAll,
  impatientFollow,
} from "./testing/real-follow.ts";
import { type Parts, runParts } from "./testing/real-parts.ts";
import { allow, defineWidgets, definitions } from "./testing/rights.ts";
import { startSwitchedRelay } from "./testing/switched-relay.ts";

describe("a follower whose rights, kinds and clusters come and go", () => {
  it("recovers by itself, and equals a fresh list", async (t) => {
    await runParts(t, parts);
  });
});

const statusIs = (hearing: Hearing, status: string): Promise<boolean> =>
  until(`the status ${status}`, () => hearing.mirror.lastStatus()?.status === status, { everyMs: 20 });

const parts: Parts = {
  async "a token that expires, and is renewed on disk"({ kube, api, namespace }) {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await api.json({ method: "POST", path, body: { metadata: { name: "robot" } } });
    await allow(api, { kind: "ServiceAccount", name: "robot", namespace }, ["configmaps"]);
    await using folder = await temporaryFolder();
    const file = join(folder.path, "token");
    const renew = async (seconds: number): Promise<void> =>
      writeFile(file, await kube.serviceAccountToken({ namespace, name: "robot", seconds }));
    await renew(3);
    await using proxy = await startFaultProxy(kube);
    const credential = createTokenFileCredential(file, { env: {}, clock: systemClock });
    await using robot = clientOf(proxy, { credential });
    await using hearing = hear(impatientFollow(robot), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    await until(
      "the API server to refuse the token",
      async () => {
        proxy.cut();
        await churn(api, namespace, `cut-${Math.floor(performance.now())}`);
        // Each trouble may be over in less than a wait looks twice: what was told counts, not what is.
        const codes = hearing.mirror.statuses().map(({ error }) => error?.code);
        return codes.includes("HEDDLE_CLUSTER_UNAUTHORIZED");
      },
      { everyMs: 300 },
    );
    await renew(3600);
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "permission to one kind withdrawn, and given back"({ kube, api, namespace }) {
    const secrets = coreResource("Secret", "secrets");
    const nobody = { kind: "User", name: "nobody", apiGroup: "rbac.authorization.k8s.io" };
    await allow(api, nobody, ["configmaps"]);
    const withdraw = await allow(api, nobody, ["secrets"]);
    await using proxy = await startFaultProxy(kube);
    await using client = clientOf(proxy, { credential: kube.tokens.nobody });
    const follow = impatientFollow(client);
    await using onConfigMaps = hear(follow, { resource });
    await using onSecrets = hear(follow, { resource: secrets });
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    await createAll(api, path, [{ metadata: { name: "kept" } }, { metadata: { name: "deleted" } }]);
    await assertFollowerEqualsFreshList(onSecrets, { api, resource: secrets });
    await withdraw();
    await until(
      "the API server to have heard of it",
      async () => {
        proxy.cut();
        await Promise.race([statusIs(onSecrets, "forbidden"), systemClock.sleep(500)]);
        return onSecrets.mirror.lastStatus()?.status === "forbidden";
      },
      { everyMs: 200 },
    );
    await api.json({ method: "DELETE", path: `${path}/deleted` });
    await churn(api, namespace, "withdrawn");
    await assertFollowerEqualsFreshList(onConfigMaps, { api, resource });
    assert.equal(onSecrets.mirror.lastStatus()?.status, "forbidden", "the other kind goes on alone");
    assert.equal(onSecrets.mirror.objects().length, 2, "what was known is kept");
    await allow(api, nobody, ["secrets"]);
    await assertFollowerEqualsFreshList(onSecrets, { api, resource: secrets });
    assert.equal(onSecrets.mirror.objects().length, 1);
  },

  async "a definition deleted with its objects, and made again"({ api }) {
    await defineWidgets(api, ["a", "b", "c"]);
    await using hearing = hear(impatientFollow(api), { resource: widgets });
    await assertFollowerEqualsFreshList(hearing, { api, resource: widgets });
    await api.json({ method: "DELETE", path: `${definitions}/widgets.example.org` });
    await statusIs(hearing, "gone");
    assert.deepEqual(hearing.mirror.objects(), [], "every object was told as deleted");
    await defineWidgets(api, ["c", "d"]);
    await assertFollowerEqualsFreshList(hearing, { api, resource: widgets });
  },

  async "a kind that is not there yet"({ api }) {
    const resource: Resource = { ...widgets, group: "later.example.org" };
    await using hearing = hear(impatientFollow(api), { resource });
    await statusIs(hearing, "gone");
    assert.deepEqual(hearing.mirror.words(), ["syncing", "catching-up", "gone"]);
  },

  async "a certificate of another authority, and the right one again"({ kube, api, namespace }) {
    await using impostor = await startFaultProxy(kube);
    await using relay = await startSwitchedRelay(kube.server);
    await using client = clientOf({ server: relay.server, ca: kube.ca }, { credential: kube.adminToken });
    await using hearing = hear(impatientFollow(client), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    relay.switchTo(impostor.server);
    await churn(api, namespace, "impostor");
    const tlsFailure = (): boolean => hearing.mirror.lastStatus()?.error?.code === "HEDDLE_CLUSTER_TLS";
    await until("the certificate to be refused", tlsFailure);
    assert.deepEqual(impostor.requests(), [], "nothing was said to a stranger, least of all the token");
    relay.switchTo(kube.server);
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "a cluster that cannot be reached, beside a healthy one"({ kube, api, namespace }) {
    const { hostname, port } = new URL(kube.server);
    await using relay = await startRelay({ host: hostname, port: Number(port) });
    relay.refuse();
    const server = `https://127.0.0.1:${relay.port}`;
    await using far = clientOf({ server, ca: kube.ca }, { credential: kube.adminToken });
    await using near = clientOf(kube, { credential: kube.adminToken });
    await using lost = hear(impatientFollow(far), { resource });
    await using healthy = hear(impatientFollow(near), { resource });
    await statusIs(lost, "catching-up");
    assert.equal(lost.mirror.lastStatus()?.error?.code, "HEDDLE_CLUSTER_UNREACHABLE");
    await churn(api, namespace, "beside");
    await assertFollowerEqualsFreshList(healthy, { api, resource });
    assert.deepEqual(
      healthy.mirror.statuses().map(({ status }) => status),
      ["syncing", "live"],
    );
    assert.equal(lost.mirror.objects().length, 0);
    relay.restore();
    await assertFollowerEqualsFreshList(lost, { api, resource });
  },

  async "SIGTERM in the middle of a list and of a watch"({ kube, api, namespace }) {
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(400, { bytes: 2_000 }));
    for (const moment of ["changes", "synced"]) {
      const child = spawn(process.execPath, [join(import.meta.dirname, "testing/follow-process.ts")], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      child.stdin.end(JSON.stringify({ server: kube.server, ca: kube.ca, token: kube.adminToken }));
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
      const exit = once(child, "exit");
      await until(moment, () => said.includes(moment), { everyMs: 1 });
      child.kill("SIGTERM");
      assert.deepEqual(await exit, [0, null], "it ends in good order");
      assert.match(said, /ended\n$/);
    }
    await using hearing = hear(impatientFollow(api), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },
};

async function temporaryFolder(): Promise<AsyncDisposable & Readonly<{ path: string }>> {
  const path = await mkdtemp(join(tmpdir(), "heddle-follow-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
