import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, readlink, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "node:test";
import { until } from "../../../test/kube/until.ts";
import { silentLogger, systemClock } from "../../base/index.ts";
import { type DelRequest } from "../cni/model.ts";
import { createKernel } from "../kernel/kernel.ts";
import { type Kernel } from "../kernel/model.ts";
import { createDelQueue } from "./del-queue.ts";
import { type AnsweringAgent, startAnsweringAgent } from "./testing/answering-agent.ts";
import { type ClientOutcome, type Installed, installClient } from "./testing/client.ts";
import { configOf, environmentOf, itWithClient } from "./testing/runtime.ts";

/** Whether the file is open in a process of heddle-cni: its descriptors tell. */
async function isOpenedByClient(path: string): Promise<boolean> {
  const open = await Promise.all(
    (await readdir("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
        const targets = await Promise.all(files.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
        return targets.includes(path) && (await readlink(`/proc/${pid}/exe`).catch(() => "")).endsWith("/heddle-cni");
      }),
  );
  return open.includes(true);
}

const queued = async (installed: Installed): Promise<readonly string[]> =>
  (await readdir(installed.queue).catch(() => [])).filter((name) => name.endsWith(".del"));

const deleted = (installed: Installed, id: string): Promise<ClientOutcome> =>
  installed.call(environmentOf("DEL", { CNI_CONTAINERID: id }), configOf("1.0.0"));

/** What an agent does with the queue when it starts. */
const drain = (installed: Installed, agent: AnsweringAgent, { tryLock }: Kernel) =>
  createDelQueue(
    { answer: agent.answer, tryLock, logger: silentLogger, clock: systemClock },
    { path: installed.queue },
  ).drain(AbortSignal.timeout(60_000));

const lockOf = ({ queue }: Installed): string => join(queue, ".lock");

/** Another process that has the queue's lock until its input ends. */
async function holdLock(installed: Installed) {
  const holder = spawn("flock", [lockOf(installed), "cat"], { stdio: ["pipe", "pipe", "inherit"] });
  holder.stdin.write("held");
  await once(holder.stdout, "data");
  return holder;
}

describe("heddle-cni while the agent is down", () => {
  itWithClient("queues DELs, which the agent does when it is there again", async () => {
    await using installed = await installClient();
    const ids = Array.from({ length: 20 }, (_, index) => `pod-${index}`);
    const outcomes = await Promise.all(ids.map((id) => deleted(installed, id)));
    for (const outcome of outcomes) assert.deepEqual(outcome, { status: 0, output: "", errors: "" });
    assert.equal((await queued(installed)).length, 20);
    const done: string[] = [];
    await using agent = await startAnsweringAgent(installed.socket, {
      del: async ({ key }) => void done.push(key.containerId),
    });
    await using kernel = createKernel();
    assert.deepEqual(await drain(installed, agent, kernel), { done: 20, left: 0 });
    assert.deepEqual(done.toSorted(), ids.toSorted());
    assert.deepEqual(await queued(installed), []);
  });

  itWithClient("loses none when the agent comes and goes among them, and does each once", async () => {
    await using installed = await installClient();
    await using kernel = createKernel();
    const done = new Map<string, number>();
    const network = {
      del: async ({ key }: DelRequest) => void done.set(key.containerId, (done.get(key.containerId) ?? 0) + 1),
    };
    const ids = Array.from({ length: 60 }, (_, index) => `pod-${index}`);
    const calls: Promise<unknown>[] = [];
    let agent: AnsweringAgent | undefined;
    for (const [index, id] of ids.entries()) {
      calls.push(deleted(installed, id).then(({ status }) => assert.equal(status, 0)));
      if (index % 3 === 0) await systemClock.sleep(1);
      // It comes and goes: every start drains what was queued before it.
      if (index % 15 === 7) {
        agent = await startAnsweringAgent(installed.socket, network);
        await drain(installed, agent, kernel);
      }
      if (index % 15 === 12) await agent?.[Symbol.asyncDispose]();
    }
    await Promise.all(calls);
    await using last = await startAnsweringAgent(installed.socket, network).catch(() => undefined);
    await drain(installed, last ?? agent ?? assert.fail("no agent"), kernel);
    assert.deepEqual([...done.keys()].toSorted(), ids.toSorted());
    assert.deepEqual(new Set(done.values()), new Set([1]));
    assert.deepEqual(await queued(installed), []);
    await agent?.[Symbol.asyncDispose]();
  });

  itWithClient(
    "asks once more under the queue's lock: an agent that has drained the queue has to hear of it",
    async () => {
      await using installed = await installClient();
      await mkdir(installed.queue);
      const holder = await holdLock(installed);
      const waiting = deleted(installed, "pod");
      // It found nobody at the socket when it has the lock's file open.
      await until("the executable waits for the lock", () => isOpenedByClient(lockOf(installed)), { everyMs: 5 });
      const done: string[] = [];
      const network = { del: async ({ key }: DelRequest) => void done.push(key.containerId) };
      await using _agent = await startAnsweringAgent(installed.socket, network);
      holder.stdin.end();
      assert.equal((await waiting).status, 0);
      assert.deepEqual(done, ["pod"]);
      assert.deepEqual(await queued(installed), []);
    },
  );

  itWithClient("writes the whole request, as the socket would have had it", async () => {
    await using installed = await installClient();
    await deleted(installed, "pod");
    const [name = ""] = await queued(installed);
    const bytes = await readFile(join(installed.queue, name));
    assert.equal(bytes.subarray(0, 6).toString("latin1"), "HDLC\u0001\u0001");
    assert.equal(bytes.readUInt32LE(8), bytes.length - 12);
  });

  itWithClient("queues no DEL that the agent could not understand", async () => {
    await using installed = await installClient();
    for (const [env, text, code] of [
      [environmentOf("DEL", { CNI_CONTAINERID: "" }), configOf("1.0.0"), 4],
      [environmentOf("DEL", { CNI_IFNAME: "" }), configOf("1.0.0"), 4],
      [environmentOf("DEL"), "", 6],
      [environmentOf("DEL"), "[]", 6],
    ] as const) {
      const { status, output } = await installed.call(env, text);
      assert.deepEqual([status, JSON.parse(output).code], [1, code]);
    }
    assert.deepEqual(await queued(installed), []);
  });

  itWithClient("queues only so many bytes", async () => {
    await using installed = await installClient();
    await mkdir(installed.queue);
    await writeFile(join(installed.queue, "large.del"), "");
    await truncate(join(installed.queue, "large.del"), 64 << 20);
    assert.match((await deleted(installed, "pod")).output, /"code":11.*cannot be queued.*it is full/);
    await truncate(join(installed.queue, "large.del"), 63 << 20);
    assert.equal((await deleted(installed, "pod")).status, 0);
  });

  itWithClient("queues only so many files", async () => {
    await using installed = await installClient({ queueFiles: 2 });
    for (const id of ["first", "last"]) assert.equal((await deleted(installed, id)).status, 0);
    assert.match((await deleted(installed, "one more")).output, /"code":11.*it is full/);
  });

  itWithClient("says that it could not, where the queue cannot be written", async () => {
    await using installed = await installClient({ timeLimitMs: 300 });
    await writeFile(installed.queue, "");
    assert.match((await deleted(installed, "pod")).output, /"code":11.*queue: open: Not a directory/);
    await rm(installed.queue);
    await mkdir(installed.queue);
    const holder = await holdLock(installed);
    assert.match((await deleted(installed, "pod")).output, /"code":11.*flock: Connection timed out/);
    holder.stdin.end();
    await once(holder, "close");
  });
});
