import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { prepareKube, until } from "./index.ts";
import { processesOf } from "./traces.ts";

type Outcome = Readonly<{ code: number | null; stdout: string; stderr: string }>;

describe("npm run kube", () => {
  // A state folder of its own: it neither sees nor touches other clusters.
  const state = mkdtempSync(join(tmpdir(), "heddle-kube-"));
  let unavailable: string | undefined;
  before(async () => {
    unavailable = await prepareKube();
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
      [["up", "demo", "--cni", "calico"], /--cni takes reference or none/],
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
