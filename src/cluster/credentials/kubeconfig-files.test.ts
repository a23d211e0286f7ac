import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { isHeddleError, UsageError } from "../../base/index.ts";
import { kubeconfigPaths, loadKubeconfig } from "./kubeconfig-files.ts";

describe("kubeconfigPaths", () => {
  const home = "/home/me";

  it("prefers --kubeconfig, then KUBECONFIG, then ~/.kube/config", () => {
    assert.deepEqual(kubeconfigPaths({ flag: "/a", env: { KUBECONFIG: "/b" }, home }), ["/a"]);
    assert.deepEqual(kubeconfigPaths({ env: { KUBECONFIG: "/b" }, home }), ["/b"]);
    assert.deepEqual(kubeconfigPaths({ env: {}, home }), ["/home/me/.kube/config"]);
    assert.deepEqual(kubeconfigPaths({ flag: "", env: { KUBECONFIG: "" }, home }), ["/home/me/.kube/config"]);
  });

  it("takes KUBECONFIG as a list, each path once, empty ones left out", () => {
    const env = { KUBECONFIG: ["/b", "", "/c", "/b"].join(delimiter) };
    assert.deepEqual(kubeconfigPaths({ env, home }), ["/b", "/c"]);
  });

  it("answers absolute paths", () => {
    assert.deepEqual(kubeconfigPaths({ flag: "k.yaml", env: {}, home }), [join(process.cwd(), "k.yaml")]);
  });
});

describe("loadKubeconfig", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-kubeconfig-"));
    await mkdir(join(folder, "sub"));
    const user = (path: string): string => `users: [{ name: me, user: { tokenFile: ${path} } }]`;
    await writeFile(join(folder, "one"), `${user("token")}\ncurrent-context: here\n`);
    await writeFile(join(folder, "sub", "two"), `${user("other")}\ncontexts: [{ name: there, context: {} }]\n`);
    await writeFile(join(folder, "broken"), "users: SECRET\n");
  });
  after(() => rm(folder, { recursive: true }));

  it("merges the files that exist, first ones first, and leaves out the missing", async () => {
    const paths = ["missing", "sub/two", "one"].map((path) => join(folder, path));
    const config = await loadKubeconfig(paths);
    assert.deepEqual(config.files, paths.slice(1));
    assert.equal(config.currentContext, "here");
    assert.equal(config.users.get("me")?.origin.path("other"), join(folder, "sub", "other"));
    assert.ok(config.contexts.has("there"));
  });

  it("says where it looked when all are missing", async () => {
    await assert.rejects(loadKubeconfig([join(folder, "a"), join(folder, "b")]), (error) => {
      assert.ok(error instanceof UsageError && isHeddleError(error, "HEDDLE_KUBECONFIG_MISSING"));
      assert.match(error.message, /there is no kubeconfig at .*\/a or .*\/b; name one by --kubeconfig or KUBECONFIG$/);
      return true;
    });
    await assert.rejects(loadKubeconfig(kubeconfigPaths({ env: { KUBECONFIG: delimiter }, home: folder })), {
      code: "HEDDLE_KUBECONFIG_MISSING",
      message: "KUBECONFIG is set, and there is no path in it; name one by --kubeconfig or KUBECONFIG",
    });
  });

  it("refuses a file that is wrong or cannot be read, though others are fine", async () => {
    const load = (name: string) => loadKubeconfig([join(folder, "one"), join(folder, name)]);
    await assert.rejects(load("broken"), {
      code: "HEDDLE_KUBECONFIG_INVALID",
      message: /broken:1: users: expected a list/,
    });
    await assert.rejects(load("sub"), { code: "HEDDLE_KUBECONFIG_UNREADABLE", message: /it is a folder/ });
  });
});
