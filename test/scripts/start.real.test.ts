import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { kubeForTest, until } from "../kube/index.ts";

const script = join(import.meta.dirname, "../../scripts/start.mjs");

describe("npm start", () => {
  // A person without any configuration.
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "heddle-start-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  function start(...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    const { KUBECONFIG: _, ...inherited } = process.env;
    const env = { ...inherited, HOME: home, XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home, HEDDLE_NO_INSTALL: "1" };
    return spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  }

  it("says how to get a cluster where there is none, and ends with 2", async () => {
    const child = start();
    const ended = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.deepEqual([(await ended)[0], stdout], [2, ""]);
    assert.match(stderr, /^error: no cluster is given: .*--kubeconfig.*npm run kube -- up demo\n$/);
  });

  it("shows every cluster that it was given, with its state and version, until it is interrupted", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;
    const child = start("--kubeconfig", kube.kubeconfigPath);
    const ended = once(child, "close");
    let shown = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (shown += String(chunk)));
    t.after(() => child.kill("SIGKILL"));
    await until("the cluster's row", () => new RegExp(`${kube.name} .*Connected.*v1\\.34\\.4`).test(shown), {
      failEarly: () => assert.equal(child.exitCode, null, shown),
    });
    child.kill("SIGINT");
    assert.deepEqual(await ended, [130, null], shown);
  });
});
