import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { buildBundles } from "../../scripts/bundle.ts";
import { kubeForTest, until } from "../kube/index.ts";

const root = join(import.meta.dirname, "../..");
const examples = join(root, "examples");

/** A folder in which the examples find `heddle` installed, as built from here, and what it depends on. */
async function installed(t: Pick<TestContext, "after">): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-examples-"));
  t.after(() => rm(folder, { recursive: true }));
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "heddle"), { recursive: true });
  await cp(join(root, "package.json"), join(modules, "heddle/package.json"));
  await buildBundles(join(modules, "heddle/dist"));
  for (const name of await readdir(join(root, "node_modules")))
    if (name !== "heddle" && !name.startsWith("."))
      await symlink(join(root, "node_modules", name), join(modules, name));
  for (const file of await readdir(examples)) await cp(join(examples, file), join(folder, file));
  return folder;
}

type Started = Readonly<{ output(): string; stop(): void; ended: Promise<number | null> }>;

function start(folder: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { output: () => text, stop: () => void child.kill("SIGINT"), ended };
}

describe("the examples", () => {
  it("run as they are, on a real cluster", async (t) => {
    const kube = await kubeForTest(t, { controllers: true });
    if (kube === undefined) return;
    const folder = await installed(t);
    const { kubeconfigPath } = kube;
    await kube.kubectl(["create", "cm", "settings"]);
    // Until the namespace has its service account no pod is taken.
    await until("the pod is taken", () => kube.kubectl(["apply", "-f", "-"], { input: podWith("settings") }));

    const listing = start(folder, ["list-pods.mjs", kubeconfigPath]);
    assert.equal(await listing.ended, 0, listing.output());
    assert.match(listing.output(), new RegExp(`^${kube.name} default/web Pending.*\n1 pods in 1 clusters\n$`));

    const using = start(folder, ["what-uses.ts", "configmap", "default/settings", kubeconfigPath]);
    assert.equal(await using.ended, 0, using.output());
    assert.match(
      using.output(),
      /Pod\/web spec\.containers\[0\]\.envFrom\[0\]\.configMapRef\.name names ConfigMap "settings"/,
    );

    const following = start(folder, ["follow-changes.ts", kubeconfigPath]);
    t.after(following.stop);
    await until("it follows", () => /cluster\.synced/.test(following.output()));
    await kube.kubectl(["create", "cm", "fresh"]);
    await until("it tells of the new object", () =>
      /resource\.created core\/configmaps\/default\/fresh/.test(following.output()),
    );
    following.stop();
    assert.equal(await following.ended, 0, following.output());
  });
});

const podWith = (configMap: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    spec: { containers: [{ name: "web", image: "web:1", envFrom: [{ configMapRef: { name: configMap } }] }] },
  });
