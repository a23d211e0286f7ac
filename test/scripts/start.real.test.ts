import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, describe, it, type TestContext } from "node:test";
import { lentKube, until } from "../kube/index.ts";

const script = join(import.meta.dirname, "../../scripts/start.mjs");

describe("npm start", () => {
  // A person without any configuration; and no port that another server may have.
  let home: string;
  let temporary: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "heddle-start-"));
    temporary = join(home, "temporary");
    await mkdir(temporary);
  });
  after(() => rm(home, { recursive: true, force: true }));

  function start(
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): ChildProcessByStdio<null, Readable, Readable> {
    const { KUBECONFIG: _, ...inherited } = process.env;
    const folders = { HOME: home, XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: temporary };
    const env = { ...inherited, ...folders, HEDDLE_LISTEN: "127.0.0.1:0", HEDDLE_NO_INSTALL: "1", ...more };
    return spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  }

  function started(t: TestContext, ...args: readonly string[]) {
    const child = start(args);
    const ended = once(child, "close");
    t.after(async () => {
      // Not killed: what it started would go on.
      child.kill("SIGTERM");
      await ended;
    });
    let shown = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (shown += String(chunk)));
    return {
      shown: () => shown,
      failEarly: (): void => assert.equal(child.exitCode, null, shown),
      interrupt: () => (child.kill("SIGINT"), ended),
    };
  }

  it("shows a demo where there is no cluster, says so and how to give one, and leaves nothing behind", async (t) => {
    const { shown, interrupt } = started(t);
    // The console may have to be built first: seconds, on a busy machine many.
    await until("the greeting", () => /Ctrl-C ends/.test(shown()), { timeoutMs: 120_000 });
    assert.match(shown(), /no kubeconfig was found, so this is a demo: nothing here is real/);
    assert.match(shown(), /your own clusters: --kubeconfig FILE/);
    assert.match(shown(), /Serving a demo of 3 simulated clusters at/);
    assert.match(shown(), /prod-us-east-1: synced, \d+ objects/);
    assert.deepEqual(await interrupt(), [0, null], shown());
    // Node's compile cache stays, on purpose.
    const left = await readdir(temporary);
    assert.deepEqual(
      left.filter((name) => name.startsWith("heddle")),
      [],
    );
  });

  it("serves no demo where KUBECONFIG is set: it says how to get a cluster, and ends with 2", async () => {
    const child = start([], { KUBECONFIG: join(home, "none") });
    const ended = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.deepEqual([(await ended)[0], stdout], [2, ""]);
    assert.match(
      stderr,
      /^(Building the console …\n)?error: no cluster is given: .*--kubeconfig.*npm run kube -- up demo\n$/,
    );
  });

  it("serves the clusters that it was given, tells of their sync and where to look, until it is interrupted", async (t) => {
    const kube = await lentKube(t);
    if (kube === undefined) return;
    const { shown, interrupt, failEarly } = started(t, "--kubeconfig", kube.kubeconfigPath);
    const synced = new RegExp(`${kube.name}: synced, \\d+ objects`);
    await until("the sync to be told", () => synced.test(shown()), { failEarly });
    await until("the greeting", () => /Ctrl-C ends/.test(shown()), { failEarly });
    const url = await until("the page's address", () => /http:\/\/127\.0\.0\.1:\d+\/\?key=\S+/.exec(shown())?.[0]);
    const page = await fetch(url, { redirect: "manual" });
    await page.body?.cancel();
    assert.ok(page.status < 400, `${page.status}`);
    assert.match(shown(), /^ +(npx )?heddle get pods -A --server 127\.0\.0\.1:\d+$/m);
    assert.deepEqual(await interrupt(), [0, null], shown());
  });
});
