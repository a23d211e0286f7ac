import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createManualClock, type ManualClock, silentLogger, systemClock, systemRandom } from "../../base/index.ts";
import { type JsonObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { kubeForTest, type KubeCluster } from "../../../test/kube/index.ts";
import { type ClusterAccess } from "../access.ts";
import { createApiClient } from "../http/client.ts";
import { accessFromContext } from "./context-access.ts";
import { inClusterAccess } from "./in-cluster.ts";
import { parseKubeconfig } from "./kubeconfig.ts";
import { loadKubeconfig } from "./kubeconfig-files.ts";
import { tokenAccess } from "./token-access.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One API server, a folder, and a clock for the credentials that only the test moves. */
type Bench = Readonly<{
  kube: KubeCluster;
  folder: string;
  file(name: string): string;
  clock: ManualClock;
  /** The way in of a user, and of the cluster with `cluster` on top. */
  access(user: Fields, cluster?: Fields): Promise<ClusterAccess>;
}>;

async function prepare(t: TestContext): Promise<Bench | undefined> {
  const kube = await kubeForTest(t);
  if (kube === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "heddle-credentials-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "ca.crt"), kube.ca);
  const clock = createManualClock(Date.now());
  const env = { PATH: process.env["PATH"] };
  return {
    kube,
    folder,
    clock,
    file: (name) => join(folder, name),
    access(user, cluster = {}) {
      const text = JSON.stringify({
        clusters: [{ name: "c", cluster: { server: kube.server, "certificate-authority": "ca.crt", ...cluster } }],
        users: [{ name: "u", user }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      });
      return accessFromContext(parseKubeconfig(text, join(folder, "config")), "x", { env, clock });
    },
  };
}

/** What the API server makes of us (SelfSubjectReview), asked twice over one client: as it was, and after `meanwhile`. */
async function review(access: ClusterAccess, meanwhile?: () => Promise<unknown>): Promise<readonly JsonObject[]> {
  await using client = createApiClient(
    { access, clock: systemClock, random: systemRandom, log: silentLogger },
    { userAgent: "heddle-test" },
  );
  const ask = async (): Promise<JsonObject> => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    return objectAt(await client.json({ method: "POST", path, body }), "status", "userInfo");
  };
  const first = await ask();
  if (meanwhile === undefined) return [first];
  await meanwhile();
  return [first, await ask()];
}

const namesOf = async (...args: Parameters<typeof review>): Promise<readonly (string | undefined)[]> =>
  (await review(...args)).map((user) => stringAt(user, "username"));

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("every way in, on a real API server,", () => {
  it("authenticates", async (t) => {
    const bench = await prepare(t);
    if (bench === undefined) return;
    for (const [name, way] of Object.entries(ways)) await t.test(name, () => way(bench));
  });
});

const ways: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async "by a kubeconfig as other tools write it, everything inline"({ kube }) {
    const config = await loadKubeconfig([kube.kubeconfigPath]);
    const access = await accessFromContext(config, config.currentContext ?? "", { env: {}, clock: systemClock });
    const [user] = await review(access);
    assert.ok(listAt(user, "groups").includes("system:masters"));
  },

  async "by a client certificate inline"({ kube, access }) {
    const { cert, key } = kube.userCertificate({ user: "dev", groups: ["developers"] });
    const fields = { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
    const [user] = await review(await access(fields));
    assert.equal(stringAt(user, "username"), "dev");
    assert.deepEqual(listAt(user, "groups"), ["developers", "system:authenticated"]);
  },

  async "by a client certificate in files, and by the next one when they change"({ kube, access, file, clock }) {
    const write = async (user: string): Promise<void> => {
      const { cert, key } = kube.userCertificate({ user });
      await Promise.all([writeFile(file("dev.crt"), cert), writeFile(file("dev.key"), key)]);
      clock.advance(1_000);
    };
    await write("dev");
    const fields = { "client-certificate": "dev.crt", "client-key": "dev.key" };
    assert.deepEqual(await namesOf(await access(fields), () => write("dev-renewed")), ["dev", "dev-renewed"]);
  },

  async "not by a certificate that has expired, and says so before it asks"({ kube, access }) {
    const { cert, key } = kube.userCertificate({ user: "dev", notAfter: new Date(Date.now() - 1_000) });
    const fields = { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
    await assert.rejects(review(await access(fields)), { code: "HEDDLE_CREDENTIAL_EXPIRED" });
  },

  async "by a token"({ kube, access }) {
    assert.deepEqual(await namesOf(await access({ token: kube.tokens.viewer })), ["viewer"]);
  },

  async "by a token file, and by the next token that is written to it"({ kube, access, file, clock }) {
    await writeFile(file("token"), kube.tokens.viewer);
    const rotate = async (): Promise<void> => {
      await writeFile(file("token"), `${kube.tokens.nobody}\n`);
      clock.advance(1_000);
    };
    assert.deepEqual(await namesOf(await access({ tokenFile: "token" }), rotate), ["viewer", "nobody"]);
  },

  async "by a token file whose token the server refuses, as soon as a good one is in it"({ kube, access, file }) {
    await writeFile(file("refused"), "no-token-of-this-server");
    const way = await access({ tokenFile: "refused" });
    await assert.rejects(review(way), { code: "HEDDLE_CLUSTER_UNAUTHORIZED" });
    await writeFile(file("refused"), kube.tokens.viewer);
    assert.deepEqual(await namesOf(way), ["viewer"]);
  },

  async "by the token of an exec plugin v1, renewed when it expires"(bench) {
    await execRenews(bench, "client.authentication.k8s.io/v1");
  },

  async "by the token of an exec plugin v1beta1, renewed when it expires"(bench) {
    await execRenews(bench, "client.authentication.k8s.io/v1beta1");
  },

  async "by the certificate of an exec plugin"({ kube, access, file }) {
    const { cert, key } = kube.userCertificate({ user: "plugin-user" });
    const apiVersion = "client.authentication.k8s.io/v1";
    const status = { clientCertificateData: cert, clientKeyData: key };
    await writeFile(file("answer"), JSON.stringify({ kind: "ExecCredential", apiVersion, status }));
    const exec = { apiVersion, interactiveMode: "Never", command: "cat", args: [file("answer")] };
    assert.deepEqual(await namesOf(await access({ exec })), ["plugin-user"]);
  },

  async "by an exec plugin that is run again when its token is refused"({ kube, access, file }) {
    await writeFile(
      file("once"),
      script(`if [ -e "$0.ran" ]; then token=${kube.tokens.viewer}; else token=refused; : > "$0.ran"; fi`),
    );
    await chmod(file("once"), 0o755);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "Never", command: "./once" };
    assert.deepEqual(await namesOf(await access({ exec })), ["viewer"]);
  },

  async "as somebody else"({ kube, access }) {
    const fields = {
      token: kube.tokens.admin,
      as: "someone",
      "as-uid": "42",
      "as-groups": ["developers", "one,two"],
      "as-user-extra": { "example.org/reason": ["testing", "again"] },
    };
    const [user] = await review(await access(fields));
    assert.deepEqual(user, {
      username: "someone",
      uid: "42",
      groups: ["developers", "one,two", "system:authenticated"],
      extra: { "example.org/reason": ["testing", "again"] },
    });
    const refused = await access({ ...fields, token: kube.tokens.nobody });
    await assert.rejects(review(refused), { code: "HEDDLE_CLUSTER_FORBIDDEN" });
  },

  async "from within a pod, by its service account's token, and by the rotated one"({ kube, folder, file, clock }) {
    for (const name of ["heddle", "rotated"]) await kube.kubectl(["create", "serviceaccount", name]);
    const rotateTo = async (name: string): Promise<void> => {
      await writeFile(file("token"), await kube.serviceAccountToken({ namespace: "default", name }));
      clock.advance(1_000);
    };
    await rotateTo("heddle");
    await writeFile(file("namespace"), "default");
    const { hostname, port } = new URL(kube.server);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const access = await inClusterAccess({ env, clock }, { folder });
    assert.equal(access.namespace, "default");
    assert.deepEqual(await namesOf(access, () => rotateTo("rotated")), [
      "system:serviceaccount:default:heddle",
      "system:serviceaccount:default:rotated",
    ]);
  },

  async "by a server and the token of a service account"({ kube, file, clock }) {
    await kube.kubectl(["create", "serviceaccount", "bearer"]);
    const token = await kube.serviceAccountToken({ namespace: "default", name: "bearer" });
    const options = { server: kube.server, token, tls: { caFile: file("ca.crt") } };
    const access = await tokenAccess(options, { env: {}, clock });
    assert.deepEqual(await namesOf(access), ["system:serviceaccount:default:bearer"]);
  },

  async "as nobody where there is no credential, whoever else could"({ kube, access, folder }) {
    const { env, clock } = { env: { KUBECONFIG: kube.kubeconfigPath, HOME: folder }, clock: systemClock };
    await assert.rejects(review(await access({})), { code: /^HEDDLE_CLUSTER_(UNAUTHORIZED|FORBIDDEN)$/ });
    const other = parseKubeconfig(await readFile(kube.kubeconfigPath, "utf8"), kube.kubeconfigPath);
    const [name, context] = [...other.contexts][0] ?? assert.fail();
    const fields = { ...context.fields, user: undefined };
    const stripped = { ...other, contexts: new Map([[name, { ...context, fields }]]) };
    await assert.rejects(review(await accessFromContext(stripped, name, { env, clock })), {
      code: /^HEDDLE_CLUSTER_(UNAUTHORIZED|FORBIDDEN)$/,
    });
  },

  async "under a name that is not the URL's, by tls-server-name"({ kube, access }) {
    await using proxy = await startProxy(kube.server);
    const user = { token: kube.tokens.viewer };
    const elsewhere = { server: "https://api.elsewhere.example", "proxy-url": `http://127.0.0.1:${proxy.port}` };
    const way = (name?: string) => access(user, { ...elsewhere, "tls-server-name": name });
    await assert.rejects(review(await way()), {
      code: "HEDDLE_CLUSTER_TLS",
      message: /not for api\.elsewhere\.example/,
    });
    await assert.rejects(review(await way("other.example")), {
      code: "HEDDLE_CLUSTER_TLS",
      message: /not for other\.ex/,
    });
    assert.deepEqual(await namesOf(await way("localhost")), ["viewer"]);
  },

  async "without verification where that is asked for, and never else"({ kube, access }) {
    const unknown = { "certificate-authority": undefined };
    const user = { token: kube.tokens.viewer };
    await assert.rejects(review(await access(user, unknown)), { code: "HEDDLE_CLUSTER_TLS" });
    const insecure = await access(user, { ...unknown, "insecure-skip-tls-verify": true });
    assert.deepEqual(await namesOf(insecure), ["viewer"]);
    assert.equal(insecure.warnings.length, 1);
  },

  async "through a CONNECT proxy, with its password"({ kube, access }) {
    await using proxy = await startProxy(kube.server);
    const way = await access(
      { token: kube.tokens.viewer },
      { "proxy-url": `http://me:secret@127.0.0.1:${proxy.port}` },
    );
    assert.deepEqual(await namesOf(way), ["viewer"]);
    const target = new URL(kube.server).host;
    assert.deepEqual(proxy.asked, [`${target} Basic ${base64("me:secret")}`]);
  },
};

/** A plugin that prints a v1 ExecCredential with $token, and $expires where that is set. */
const script = (body: string, apiVersion = "client.authentication.k8s.io/v1"): string =>
  `#!/bin/sh\n${body}\nprintf '{"kind":"ExecCredential","apiVersion":"${apiVersion}","status":{"token":"%s"%s}}' "$token" "\${expires:+,\\"expirationTimestamp\\":\\"$expires\\"}"\n`;

async function execRenews({ kube, access, file, clock }: Bench, apiVersion: string): Promise<void> {
  const give = async (token: string): Promise<void> => {
    const expires = new Date(clock.nowMs() + 600_000).toISOString();
    await writeFile(file("login"), script(`printf x >> "$0.runs"; token=${token}; expires=${expires}`, apiVersion));
    await chmod(file("login"), 0o755);
  };
  await writeFile(file("login.runs"), "");
  const runs = async (): Promise<number> => (await readFile(file("login.runs"), "utf8")).length;
  await give(kube.tokens.viewer);
  const exec = { apiVersion, interactiveMode: "IfAvailable", command: "./login" };
  const names = await namesOf(await access({ exec }), async () => {
    assert.equal(await runs(), 1);
    clock.advance(600_000);
    await give(kube.tokens.nobody);
  });
  assert.deepEqual(names, ["viewer", "nobody"]);
  assert.equal(await runs(), 2);
}

/** An HTTP proxy that tunnels to `server` wherever one wants to go, and remembers what was asked of it. */
async function startProxy(
  server: string,
): Promise<AsyncDisposable & Readonly<{ port: number; asked: readonly string[] }>> {
  const asked: string[] = [];
  const { hostname, port } = new URL(server);
  const listener = createServer();
  const sockets = new Set<{ destroy(): unknown }>();
  listener.on("connect", (request, client, head) => {
    asked.push(`${request.url} ${request.headers["proxy-authorization"]}`);
    const target = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(client);
      client.pipe(target);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}
