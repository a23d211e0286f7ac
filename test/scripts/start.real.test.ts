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
  // A person without any configuration; and no port that another server may have.
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "heddle-start-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  function start(...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    const { KUBECONFIG: _, ...inherited } = process.env;
    const folders = { HOME: home, XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home };
    const env = { ...inherited, ...folders, HEDDLE_LISTEN: "127.0.0.1:0", HEDDLE_NO_INSTALL: "1" };
    return spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  }

  it("says how to get a cluster where there is none, and ends with 2", async () => {
    const child = start();
    const ended = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.deepEqual([(await ended)[0], stdout], [2, ""]);
    assert.match(stderr, /^error: no cluster is given: .*--kubeconfig.*npm run kube -- up demo\n$/);
  });

  it("serves the clusters that it was given, tells of their sync and where to look, until it is interrupted", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;
    const child = start("--kubeconfig", kube.kubeconfigPath);
    const ended = once(child, "close");
    t.after(async () => {
      // Not killed: what it started would go on.
      child.kill("SIGTERM");
      await ended;
    });
    let shown = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (shown += String(chunk)));
    const failEarly = (): void => assert.equal(child.exitCode, null, shown);
    await until("the sync to be told", () => new RegExp(`${kube.name}: synced, \\d+ objects`).test(shown), {
      failEarly,
    });
    const url = await until("the page's address", () => /http:\/\/127\.0\.0\.1:\d+\/\?key=\S+/.exec(shown)?.[0]);
    const page = await fetch(url, { redirect: "manual" });
    await page.body?.cancel();
    assert.ok(page.status < 400, `${page.status}`);
    assert.match(shown, /^ +heddle get pods -A --server 127\.0\.0\.1:\d+$/m);
    child.kill("SIGINT");
    assert.deepEqual(await ended, [0, null], shown);
  });
});
