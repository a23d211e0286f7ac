import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import { startKube } from "./cluster.ts";
import { sweep } from "./enclosure.ts";
import { stateFolder } from "./folders.ts";
import { prepareKube } from "./index.ts";
import { seeNamespaces, type SeenNamespaces, tracesOf } from "./traces.ts";
import { until } from "./until.ts";

const kernelSettings = ["kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory", "vm/panic_on_oom"];
const readSettings = (): readonly string[] => kernelSettings.map((name) => readFileSync(`/proc/sys/${name}`, "utf8"));

let unavailable: string | undefined;
before(async () => {
  unavailable = await prepareKube({ nodes: 1, cni: "heddle" });
});

let counter = 0;
const freshName = (): string => `left-${process.pid}-${(counter += 1)}`;

/** Another process that holds a cluster, as a test file would. */
async function startHolder(t: TestContext, name: string, ...options: readonly string[]): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "hold.ts");
  const child = spawn(process.execPath, [script, name, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

async function untilSaid(child: ChildProcess, word: string): Promise<void> {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await until(`the holder to say "${word}"`, () => said.includes(`${word}\n`), {
    timeoutMs: 120_000,
    failEarly: () => assert.equal(child.exitCode, null, "the holder ended early"),
  });
}

/** What a cluster occupies now, its nodes and their pods included. */
async function watched(name: string): Promise<SeenNamespaces> {
  const directory = join(stateFolder(), name);
  const files = readdirSync(directory).map((entry) => join(directory, entry, "init.pid"));
  const present = [join(directory, "init.pid"), ...files].filter((file) => existsSync(file));
  return seeNamespaces(
    name,
    present.map((file) => Number(readFileSync(file, "utf8"))),
  );
}

/** The cluster's processes that a signal has stopped. */
function stoppedCommands(name: string): readonly string[] {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && /^State:\tT/m.test(read(pid, "status")))
    .map((pid) => read(pid, "cmdline").replaceAll("\0", " "))
    .filter((command) => command.includes(join(stateFolder(), name)));
}

async function assertNothingLeft(name: string, seen: SeenNamespaces): Promise<void> {
  let traces: readonly string[] = [];
  try {
    await until("nothing to be left", async () => (traces = await tracesOf(name, seen)).length === 0, {
      timeoutMs: 60_000,
    });
  } catch {
    assert.deepEqual(traces, [], "left behind");
  }
}

describe("a test cluster", () => {
  it("leaves nothing behind when it is disposed of, and no kernel setting changed", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const settings = readSettings();
    const name = freshName();
    const cluster = await startKube({ name, nodes: 1 });
    const seen = await watched(name);
    // Control plane and node: the check would notice what it looks for.
    assert.ok([...seen].filter((namespace) => namespace.startsWith("net:")).length >= 2, [...seen].join(" "));
    assert.ok((await tracesOf(name, seen)).length > 8);
    assert.deepEqual(readSettings(), settings, "while it runs");
    await cluster[Symbol.asyncDispose]();
    // Not a moment later: disposal resolves when nothing is left.
    assert.deepEqual(await tracesOf(name, seen), []);
    assert.deepEqual(readSettings(), settings);
  });

  it("leaves nothing behind when its test is interrupted while a pod runs", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const name = freshName();
    const holder = await startHolder(t, name, "1");
    await untilSaid(holder, "up");
    const seen = await watched(name);
    assert.ok(
      (await tracesOf(name, seen)).some((trace) => trace.includes("sleep 1000000")),
      "the pod is seen",
    );
    holder.kill("SIGINT");
    await once(holder, "exit");
    await assertNothingLeft(name, seen);
  });

  it("leaves nothing behind when its test is killed while Heddle's agent runs in its node", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const name = freshName();
    const holder = await startHolder(t, name, "1", "run", "heddle");
    await untilSaid(holder, "up");
    const seen = await watched(name);
    const traces = await tracesOf(name, seen);
    for (const part of ["sleep 1000000", "bin/heddle agent --kubeconfig"])
      assert.ok(
        traces.some((trace) => trace.includes(part)),
        `${part} is seen`,
      );
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await assertNothingLeft(name, seen);
  });

  it("leaves nothing behind when its test is killed in the middle of the start", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const name = freshName();
    const holder = await startHolder(t, name, "1");
    let seen: SeenNamespaces = new Set();
    await until(
      "the node's namespaces",
      async () => {
        seen = await watched(name);
        return [...seen].filter((namespace) => namespace.startsWith("mnt:")).length >= 2;
      },
      { timeoutMs: 60_000, everyMs: 20 },
    );
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await assertNothingLeft(name, seen);
  });

  it("leaves nothing behind when its test is killed while its API server is frozen", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const name = freshName();
    const holder = await startHolder(t, name, "0", "freeze");
    await untilSaid(holder, "up");
    const seen = await watched(name);
    // What makes this case: nsenter stops too, and a stopped parent reaps no child.
    await until("nsenter to stop with the API server", () =>
      stoppedCommands(name).some((it) => it.startsWith("nsenter ")),
    );
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await assertNothingLeft(name, seen);
  });

  it("leaves nothing behind when the API server does not start, and says what it said", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const name = freshName();
    await assert.rejects(
      startKube({ name, apiServerArgs: ["--no-such-flag"] }),
      /kube-apiserver ended .*no-such-flag/s,
    );
    assert.deepEqual(await tracesOf(name, new Set()), []);
  });

  it("is swept away by the next one when even its supervisor was killed", async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable);
    const name = freshName();
    const holder = await startHolder(t, name, "0");
    await untilSaid(holder, "up");
    const seen = await watched(name);
    process.kill(Number(readFileSync(join(stateFolder(), name, "supervisor.pid"), "utf8")), "SIGKILL");
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await until("the sweep to find it", async () => {
      await sweep();
      return (await tracesOf(name, seen)).length === 0;
    });
  });
});
