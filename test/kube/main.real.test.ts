import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { kubernetesBinaries } from "./components.ts";
import { prepareKube, run, until } from "./index.ts";
import { processesOf } from "./traces.ts";

type Outcome = Readonly<{ code: number | null; stdout: string; stderr: string }>;

type NodeList = Readonly<{
  items: readonly Readonly<{
    status: Readonly<{
      addresses: readonly Readonly<{ type: string; address: string }>[];
      conditions: readonly Readonly<{ type: string; message: string }>[];
      nodeInfo: Readonly<{ containerRuntimeVersion: string }>;
    }>;
  }>[];
}>;

describe("npm run kube", () => {
  // A state folder of its own: it neither sees nor touches other clusters.
  const state = mkdtempSync(join(tmpdir(), "heddle-kube-"));
  let unavailable: string | undefined;
  before(async () => {
    unavailable = await prepareKube({ nodes: 2, containerd: "2" });
  });
  after(async () => {
    if (unavailable === undefined) await kube("down", "--all");
    rmSync(state, { recursive: true });
  });

  function start(args: readonly string[]): Readonly<{ child: ChildProcess; outcome: Promise<Outcome> }> {
    const env = { ...process.env, XDG_STATE_HOME: state };
    const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], { env });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const outcome = new Promise<Outcome>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
    return { child, outcome };
  }
  const kube = (...args: readonly string[]): Promise<Outcome> => start(args).outcome;

  it("explains itself, and exits with 2 when it is not understood", async () => {
    assert.match((await kube("--help")).stdout, /up NAME/);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["bring", "demo"], /no command "bring"/],
      [["up", "Demo"], /cannot name a cluster/],
      [["up", "demo", "--cni", "calico"], /--cni takes reference or heddle or none/],
      [["down", "demo"], /no cluster "demo" \(none runs\)/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await kube(...args);
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, message);
    }
  });

  it("starts a cluster that outlives the command, lists it, and takes it down", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const up = await kube("up", "demo", "--nodes", "0");
    assert.equal(up.code, 0, up.stderr);
    const kubeconfig = up.stdout.trim();
    const list = await kube("list");
    assert.match(list.stdout, /^demo +running +0 +https:\/\/198\.18\.\d+\.1:6443 +\S+$/m);
    assert.ok(list.stdout.includes(kubeconfig));
    const again = await kube("up", "demo", "--nodes", "0");
    assert.deepEqual([again.code, /is there already/.test(again.stderr)], [2, true]);
    assert.ok(existsSync(kubeconfig), "the first is untouched");
    const down = await kube("down", "demo");
    assert.equal(down.code, 0, down.stderr);
    assert.equal(existsSync(join(state, "heddle", "kube", "demo")), false);
    assert.match((await kube("list")).stderr, /No cluster runs/);
  });

  it("brings nodes as its flags ask for them", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const flags = "--nodes 2 --links 2 --cni none --ip-families dual --proxy iptables --containerd 2".split(" ");
    const up = await kube("up", "flags", ...flags);
    assert.equal(up.code, 0, up.stderr);
    const ask = ["--kubeconfig", up.stdout.trim(), "get", "nodes", "-o", "json"];
    const { items } = JSON.parse(await run([join(await kubernetesBinaries(), "kubectl"), ...ask])) as NodeList;
    assert.deepEqual(
      items.map(({ status }) => status.addresses.filter(({ type }) => type === "InternalIP").length),
      [2, 2],
    );
    assert.match(items[0]?.status.addresses[0]?.address ?? "", /^198\.18\./);
    assert.match(items[1]?.status.addresses[0]?.address ?? "", /^198\.19\./, "the second link");
    assert.match(items[0]?.status.nodeInfo.containerRuntimeVersion ?? "", /^containerd:\/\/.*2\.1\.4$/);
    const ready = items[0]?.status.conditions.find(({ type }) => type === "Ready");
    assert.match(ready?.message ?? "", /cni plugin not initialized/i, "the caller brings one");
    const node = join(state, "heddle/kube/flags/node1");
    assert.deepEqual(readdirSync(join(node, "etc/cni/net.d")), []);
    const inNode = ["nsenter", "--target", readFileSync(join(node, "init.pid"), "utf8").trim(), "--net", "--"];
    await until("kube-proxy's chains", async () => (await run([...inNode, "iptables-save"])).includes("KUBE-SERVICES"));
    assert.equal((await kube("down", "flags")).code, 0);
  });

  it("takes down what it started when it is interrupted", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const { child, outcome } = start(["up", "halfway", "--nodes", "0"]);
    const log = join(state, "heddle", "kube", "halfway", "logs", "kube-apiserver.log");
    await until("the API server to be on its way", () => existsSync(log), { everyMs: 10 });
    child.kill("SIGINT");
    const { code, stderr } = await outcome;
    assert.equal(code, 1);
    assert.match(stderr, /SIGINT/);
    assert.equal(existsSync(join(state, "heddle", "kube", "halfway")), false);
    assert.deepEqual(await processesOf(join(state, "heddle", "kube", "halfway")), []);
  });
});
