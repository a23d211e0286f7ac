import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { UsageError } from "../../base/index.ts";
import { sized } from "../../../test/size.ts";
import { type Kubeconfig, listContexts, mergeKubeconfigs, parseKubeconfig } from "./kubeconfig.ts";

const testdata = (state: string): string => join(import.meta.dirname, "testdata", `kubeconfig-${state}.yaml`);
const parse = (state: string): Kubeconfig => parseKubeconfig(readFileSync(testdata(state), "utf8"), testdata(state));

function refusalOf(state: string): UsageError {
  try {
    parse(state);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error;
  }
  assert.fail(`${state} was accepted`);
}

describe("parseKubeconfig", () => {
  it("knows every field of a cluster of client-go's v1 Config, and tolerates those of tomorrow", () => {
    const { clusters, currentContext } = parse("whole");
    const cluster = clusters.get("whole")?.fields ?? assert.fail();
    assert.equal(currentContext, "whole");
    assert.equal(cluster.server, "https://10.0.0.1:6443");
    assert.equal(cluster["tls-server-name"], "kubernetes.default.svc");
    assert.equal(cluster["insecure-skip-tls-verify"], false);
    assert.equal(cluster["certificate-authority"], "pki/ca.crt");
    assert.equal(cluster["proxy-url"]?.reveal(), "http://proxy-user:SECRET-proxy@proxy.example:3128");
    assert.equal(cluster["disable-compression"], true);
    assert.deepEqual(cluster.extensions[0]?.extension.reveal(), { audience: "SECRET-audience" });
  });

  it("knows every field of a user", () => {
    const { users } = parse("whole");
    const fields = (name: string) => users.get(name)?.fields ?? assert.fail(name);
    const user = fields("whole");
    assert.deepEqual([user["client-certificate"], user["client-key"]], ["pki/client.crt", "pki/client.key"]);
    assert.deepEqual([user.token?.reveal(), user.tokenFile], ["SECRET-token", "tokens/whole"]);
    assert.deepEqual([user.as, user["as-uid"], user["as-groups"]], ["someone", "42", ["developers", "a,b"]]);
    assert.deepEqual(user["as-user-extra"], { reason: ["testing", "again"] });
    assert.equal(fields("password").password?.reveal(), "SECRET-password");
    assert.equal(fields("inline")["client-certificate-data"], "no certificate");
    assert.equal(fields("inline")["client-key-data"]?.reveal(), "SECRET-key");
    assert.equal(fields("old")["auth-provider"]?.name, "gcp");
  });

  it("knows every field of an exec plugin", () => {
    const exec = parse("whole").users.get("plugin")?.fields.exec ?? assert.fail();
    assert.deepEqual([exec.command, exec.apiVersion], ["bin/login", "client.authentication.k8s.io/v1"]);
    assert.deepEqual(exec.args.reveal(), ["--client-secret", "SECRET-argument"]);
    const env = exec.env.map(({ name, value }) => [name, value?.reveal()]);
    assert.deepEqual(env, [["LOGIN_KEY", "SECRET-variable"]]);
    assert.equal(exec.installHint, "Get it from the usual place.");
    assert.deepEqual([exec.provideClusterInfo, exec.interactiveMode], [true, "Never"]);
  });

  it("shows no secret when it is printed or written as JSON", () => {
    const config = parse("whole");
    const printed = inspect(config, { depth: Infinity, showHidden: true }) + JSON.stringify([...config.users.values()]);
    assert.match(printed, /developers/);
    assert.doesNotMatch(printed, /SECRET/);
  });

  it("takes a file with nothing in it, and entries with nothing in them, as kubectl does", () => {
    assert.equal(parse("empty").contexts.size, 0);
    const { clusters, users, contexts } = parse("bare");
    assert.equal(clusters.get("bare")?.fields.server, undefined);
    assert.deepEqual([users.has("nobody"), contexts.size], [true, 0]);
  });

  it("resolves paths against the folder of the file that names them", () => {
    const { origin } = parse("whole").users.get("whole") ?? assert.fail();
    assert.equal(origin.path("pki/client.crt"), join(import.meta.dirname, "testdata/pki/client.crt"));
    assert.equal(origin.path("/etc/client.crt"), "/etc/client.crt");
  });

  for (const [state, ...expected] of [
    ["not-yaml", /not-yaml\.yaml:7:1: this is no YAML \(bad indent\)$/],
    ["unfinished", /unfinished\.yaml:5:1: this is no YAML \(missing char\)$/],
    ["endless", /endless\.yaml: its YAML aliases refer to nothing, or to too much$/],
    [
      "wrong-types",
      /wrong-types\.yaml:4: clusters\[0\]\.name: expected a string, found a number; put it in quotes$/m,
      /wrong-types\.yaml:7: clusters\[0\]\.cluster\.insecure-skip-tls-verify: expected true or false, found a string$/m,
      /wrong-types\.yaml:11: users\[0\]\.user\.token: expected a string, found a number; put it in quotes$/m,
      /wrong-types\.yaml:13: users\[0\]\.user\.exec\.args: expected a list, found a string$/m,
    ],
    ["many-mistakes", /many-mistakes\.yaml:6: contexts\[4\]\.name: [^\n]+\nand 2 more$/],
    ["mapping", /mapping\.yaml:3: clusters: expected a list, found a mapping$/],
    ["list", /list\.yaml:1: expected a mapping, found a list$/],
    ["other-kind", /other-kind\.yaml:1: apiVersion: expected "v1", found something else$/],
    ["same-name", /same-name\.yaml:9: a second user is named "me", the first at .*same-name\.yaml:5$/],
    ["not-base64", /not-base64\.yaml:6: users\[0\]\.user\.client-key-data: expected base64/],
  ] as const) {
    it(`names file, line and key of what is wrong, and no secret: ${state}`, () => {
      const { message, code, cause } = refusalOf(state);
      for (const pattern of expected) assert.match(message, pattern);
      assert.doesNotMatch(message, /SECRET/);
      assert.equal(code, "HEDDLE_KUBECONFIG_INVALID");
      assert.equal(cause, undefined);
    });
  }

  it("reads the first document of several, and the last of a repeated key, as kubectl does", () => {
    const text = "current-context: a\ncurrent-context: b\n---\ncurrent-context: c\n";
    assert.equal(parseKubeconfig(text, "/k").currentContext, "b");
  });

  it("never throws anything but a UsageError, whatever the text", () => {
    const word = fc.constantFrom(
      "users",
      "- name: a",
      "  user:",
      ": ",
      "[",
      "}",
      "&a",
      "*a",
      "!!binary",
      "\n",
      "\t",
      '"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join("")),
        ),
        (text) => {
          try {
            parseKubeconfig(text, "/k");
          } catch (error) {
            assert.ok(error instanceof UsageError, String(error));
          }
        },
      ),
      { numRuns: sized({ small: 200, full: 20_000 }) },
    );
  });
});

describe("mergeKubeconfigs", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const entries = fc.uniqueArray(name, { maxLength: 4 });
  const file = fc.record({
    clusters: entries,
    users: entries,
    contexts: entries,
    current: fc.option(name, { nil: "" }),
  });
  type File = Readonly<{ clusters: string[]; users: string[]; contexts: string[]; current: string }>;

  const written = ({ clusters, users, contexts, current }: File, index: number): Kubeconfig =>
    parseKubeconfig(
      JSON.stringify({
        clusters: clusters.map((name) => ({ name, cluster: { server: `https://${index}` } })),
        users: users.map((name) => ({ name, user: { username: `${index}` } })),
        contexts: contexts.map((name) => ({ name, context: { cluster: name, user: `${index}` } })),
        "current-context": current,
      }),
      `/files/${index}`,
    );

  it("gives every name to the first file that has it, whole", () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 5 }), (files) => {
        const merged = mergeKubeconfigs(files.map(written));
        const first = (kind: "clusters" | "users" | "contexts", name: string): number =>
          files.findIndex((file) => file[kind].some((known) => known === name));
        for (const name of ["a", "b", "c", "d"]) {
          const [cluster, user, context] = [first("clusters", name), first("users", name), first("contexts", name)];
          assert.equal(merged.clusters.get(name)?.fields.server, cluster < 0 ? undefined : `https://${cluster}`);
          assert.equal(merged.users.get(name)?.fields.username, user < 0 ? undefined : `${user}`);
          assert.equal(merged.contexts.get(name)?.fields.user, context < 0 ? undefined : `${context}`);
          assert.equal(merged.users.get(name)?.origin.file, user < 0 ? undefined : `/files/${user}`);
        }
        assert.equal(merged.currentContext ?? "", files.find(({ current }) => current !== "")?.current ?? "");
      }),
    );
  });

  it("keeps the order of the files, as far as it is seen", () => {
    const file = (...contexts: string[]): File => ({ clusters: [], users: [], contexts, current: "" });
    const merged = mergeKubeconfigs([file("b", "a"), file("d", "b", "c")].map(written));
    assert.deepEqual([...merged.contexts.keys()], ["b", "a", "d", "c"]);
  });
});

describe("listContexts", () => {
  it("tells name, cluster, user, namespace, server and file of every context", () => {
    const file = testdata("whole");
    assert.deepEqual(listContexts(parse("whole")), [
      {
        name: "whole",
        cluster: "whole",
        user: "whole",
        namespace: "shop",
        server: "https://10.0.0.1:6443",
        file,
        current: true,
      },
      { name: "plugin", cluster: "whole", user: "plugin", server: "https://10.0.0.1:6443", file, current: false },
    ]);
  });

  it("lists a context whose cluster does not exist, without a server", () => {
    const found = listContexts(parse("mistakes")).find(({ name }) => name === "unknown-cluster");
    assert.deepEqual([found?.cluster, found?.server], ["goud", undefined]);
  });
});
