import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { createManualClock, isHeddleError } from "../../base/index.ts";
import { createAuthority } from "../../../test/kube/index.ts";
import { type ClusterAccess } from "../access.ts";
import { accessFromContext } from "./context-access.ts";
import { type Kubeconfig, listContexts } from "./kubeconfig.ts";
import { loadKubeconfig } from "./kubeconfig-files.ts";

const testdata = (state: string): string => join(import.meta.dirname, "testdata", `kubeconfig-${state}.yaml`);
const deps = { env: {}, clock: createManualClock(Date.now()) };

describe("accessFromContext", () => {
  let ways: Kubeconfig;
  let mistakes: Kubeconfig;
  before(async () => {
    ways = await loadKubeconfig([testdata("ways")]);
    mistakes = await loadKubeconfig([testdata("mistakes")]);
  });
  const access = (context: string): Promise<ClusterAccess> => accessFromContext(ways, context, deps);
  const valueOf = async (context: string): Promise<object> => ({ ...(await (await access(context)).credential.get()) });

  it("takes a token, a password, or nothing at all", async () => {
    assert.deepEqual(await valueOf("token"), { token: "SECRET-token" });
    const { basic } = await (await access("password")).credential.get();
    assert.deepEqual({ ...basic }, { username: "me", password: "SECRET-password" });
    assert.deepEqual([await valueOf("nothing"), await valueOf("no-user")], [{}, {}]);
  });

  it("describes each credential without its secret", async () => {
    const described = await Promise.all(
      ["token", "password", "nothing", "token-and-exec"].map(
        async (name) => (await access(name)).credential.description,
      ),
    );
    assert.deepEqual(described, [
      'token of user "token"',
      'password of user "password"',
      "no credential",
      'token of user "token-and-exec"',
    ]);
  });

  it("prefers a token to an exec plugin, as client-go does", async () => {
    assert.deepEqual(await valueOf("token-and-exec"), { token: "SECRET-token" });
  });

  it("keeps a path prefix of the server, and drops slash, query and fragment", async () => {
    assert.equal((await access("token")).server, "https://10.0.0.1:6443");
    assert.equal((await access("prefix")).server, "https://rancher.example/k8s/clusters/c-1");
  });

  it("acts as another user, with groups, uid and extra fields", async () => {
    assert.deepEqual((await access("deputy")).impersonate, {
      user: "someone",
      uid: "42",
      groups: ["developers", "a,b"],
      extra: { reason: ["testing", "again"] },
    });
    assert.equal((await access("token")).impersonate, undefined);
  });

  it("warns that verification is off, and keeps the name to be sent", async () => {
    const { tls, warnings } = await access("insecure");
    assert.deepEqual(tls, { insecure: true, serverName: "api.example" });
    assert.match(warnings.join(), /^certificate verification is off \(insecure-skip-tls-verify\)/);
    assert.deepEqual((await access("token")).warnings, []);
  });

  it("sends no credential over plain http, and says so", async () => {
    const { server, warnings, credential } = await access("http");
    assert.equal(server, "http://localhost:8080");
    assert.deepEqual({ ...(await credential.get()) }, {});
    assert.match(warnings.join(), /plain http: nothing is encrypted, and no credential is sent$/);
  });

  it("shows no secret of any way in when it is printed or written as JSON", async () => {
    for (const { name } of listContexts(ways)) {
      const found = await access(name);
      const values = [found, await found.credential.get(), { nested: found }];
      assert.doesNotMatch(inspect(values, { depth: Infinity, showHidden: true }), /SECRET/, name);
      assert.doesNotMatch(JSON.stringify(values), /SECRET/, name);
      assert.match(inspect(found), /server/);
    }
    assert.equal((await access("proxy")).proxyUrl, "socks5://me:SECRET-proxy@127.0.0.1:1080");
    assert.match(inspect(await access("proxy")), /socks5:\/\/redacted@127\.0\.0\.1:1080/);
  });

  it("names the contexts there are, or the near one, for one that does not exist", async () => {
    await assert.rejects(access("tokem"), {
      code: "HEDDLE_KUBECONFIG_CONTEXT_UNKNOWN",
      message: /there is no context "tokem" in .*ways\.yaml; did you mean "token"\?$/,
    });
    await assert.rejects(access("production"), { message: /; there are "token", "password", .*"proxy"$/ });
  });

  for (const [context, code, message] of [
    ["no-cluster", "KUBECONFIG_INVALID", /:\d+: context "no-cluster" names no cluster$/],
    ["unknown-cluster", "KUBECONFIG_INVALID", /names the cluster "goud", which does not exist; did you mean "good"\?/],
    [
      "unknown-user",
      "KUBECONFIG_INVALID",
      /names the user "someone-else-entirely", which does not exist; there are "good",/,
    ],
    ["no-server", "KUBECONFIG_INVALID", /:8: cluster "no-server" has no server$/],
    ["not-a-url", "KUBECONFIG_INVALID", /:10: cluster "not-a-url": the server is no URL: expected https:/],
    ["ftp", "KUBECONFIG_INVALID", /the server ftp:\/\/10\.0\.0\.1 is of scheme "ftp": expected https:/],
    [
      "password-in-url",
      "KUBECONFIG_INVALID",
      /carries a user name or a password \(https:\/\/redacted@10\.0\.0\.1:6443\/\)/,
    ],
    [
      "insecure-and-ca",
      "KUBECONFIG_INVALID",
      /:18: .*insecure-skip-tls-verify is given together with certificate-authority-data/,
    ],
    [
      "ca-twice",
      "KUBECONFIG_INVALID",
      /:23: .*both certificate-authority-data of cluster "ca-twice" and certificate-authority are given/,
    ],
    [
      "ca-missing",
      "CREDENTIAL_FILE",
      /cannot read the certificate-authority .*testdata\/missing\/ca\.crt: there is no such file$/,
    ],
    ["ca-no-pem", "CREDENTIAL_INVALID", /^certificate-authority-data of cluster "ca-no-pem" is not PEM/],
    ["proxy-ftp", "KUBECONFIG_INVALID", /:30: .*proxy-url is of scheme "ftp": expected http, https or socks5$/],
    ["proxy-bare", "KUBECONFIG_INVALID", /proxy-url is no URL/],
    ["token-and-password", "KUBECONFIG_INVALID", /has a token and a user name or password: keep one$/],
    ["certificate-twice", "KUBECONFIG_INVALID", /has both client-certificate and client-certificate-data: keep one$/],
    [
      "certificate-without-key",
      "KUBECONFIG_INVALID",
      /a client certificate without its key: give client-key or client-key-data$/,
    ],
    ["token-with-line-break", "CREDENTIAL_INVALID", /token of user "token-with-line-break" is no bearer token/],
    ["groups-without-user", "KUBECONFIG_INVALID", /:47: user "groups-without-user" has as-groups and no "as"/],
    [
      "gcp",
      "CREDENTIAL_UNSUPPORTED",
      /:49: .*auth-provider "gcp", which no longer exists: use an exec plugin instead: gke-gcloud-auth-plugin/,
    ],
    ["azure", "CREDENTIAL_UNSUPPORTED", /: kubelogin \(kubelogin convert-kubeconfig/],
    ["oidc", "CREDENTIAL_UNSUPPORTED", /: kubectl oidc-login/],
    ["homemade", "CREDENTIAL_UNSUPPORTED", /"homemade".*the exec plugin of whoever runs the cluster$/],
    ["exec-without-command", "KUBECONFIG_INVALID", /has no command$/],
    [
      "exec-without-version",
      "KUBECONFIG_INVALID",
      /has no apiVersion: expected client\.authentication\.k8s\.io\/v1 or .*v1beta1$/,
    ],
    ["exec-v1alpha1", "KUBECONFIG_INVALID", /v1alpha1 was removed: update the plugin and the kubeconfig/],
    ["exec-without-mode", "KUBECONFIG_INVALID", /has no interactiveMode: expected Never, IfAvailable or Always$/],
    ["exec-wrong-mode", "KUBECONFIG_INVALID", /:69: .*has interactiveMode "Sometimes": expected/],
    ["exec-nameless-variable", "KUBECONFIG_INVALID", /:77: .*has a variable without a name$/],
  ] as const) {
    it(`says what is wrong, where, and the way out: ${context}`, async () => {
      await assert.rejects(accessFromContext(mistakes, context, deps), (error) => {
        assert.ok(isHeddleError(error, `HEDDLE_${code}`), String(error));
        assert.match(error.message, message);
        assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /SECRET/);
        return true;
      });
    });
  }

  it("is refused for the context in use only: the good one of the same file works", async () => {
    const { credential } = await accessFromContext(mistakes, "good", deps);
    assert.deepEqual({ ...(await credential.get()) }, { token: "SECRET-token" });
  });
});

describe("a cluster's credentials", () => {
  let home = "";
  const authority = createAuthority("an-authority");
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "heddle-home-"));
    await mkdir(join(home, ".kube"));
    await writeFile(join(home, ".kube", "config"), readFileSync(testdata("ways")));
    await writeFile(join(home, "ca.crt"), authority.cert);
  });
  after(() => rm(home, { recursive: true }));

  it("are never another's nor those of the default kubeconfig, though all of them lie at hand", async () => {
    const env = {
      HOME: home,
      KUBECONFIG: join(home, ".kube", "config"),
      KUBERNETES_SERVICE_HOST: "10.96.0.1",
      KUBERNETES_SERVICE_PORT: "443",
      HTTPS_PROXY: "http://elsewhere:3128",
      https_proxy: "http://elsewhere:3128",
    };
    const text = `
      clusters: [{ name: mine, cluster: { server: "https://10.0.0.1:6443", certificate-authority: ca.crt } }]
      users:
        - { name: someone, user: { token: SECRET-someone } }
        - { name: nothing, user: {} }
        - { name: lost, user: { tokenFile: lost } }
      contexts:
        - { name: nothing, context: { cluster: mine, user: nothing } }
        - { name: no-user, context: { cluster: mine } }
        - { name: wrong-user, context: { cluster: mine, user: token } }
        - { name: lost, context: { cluster: mine, user: lost } }
      current-context: nothing`;
    await writeFile(join(home, "mine.yaml"), text);
    const config = await loadKubeconfig([join(home, "mine.yaml")]);
    const access = (context: string) => accessFromContext(config, context, { ...deps, env });

    for (const context of ["nothing", "no-user"]) {
      const { server, credential, proxyUrl, tls } = await access(context);
      assert.deepEqual({ ...(await credential.get()) }, {}, "anonymous");
      assert.deepEqual([server, proxyUrl, tls.ca], ["https://10.0.0.1:6443", undefined, authority.cert]);
    }
    await assert.rejects(access("wrong-user"), { code: "HEDDLE_KUBECONFIG_INVALID" });
    const { credential } = await access("lost");
    await assert.rejects(credential.get(), { code: "HEDDLE_CREDENTIAL_FILE" });
  });

  it("are found without a look at this process's environment or home folder", () => {
    const sources = readdirSync(import.meta.dirname).filter(
      (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
    );
    assert.ok(sources.length > 10);
    for (const name of sources)
      assert.doesNotMatch(
        readFileSync(join(import.meta.dirname, name), "utf8"),
        /process\.env|homedir|from "node:process"/,
        name,
      );
  });
});
