import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, readlink, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { until } from "../../../test/kube/until.ts";
import { silentLogger, systemClock } from "../../base/index.ts";
import { createDispatcher } from "../cni/dispatch.ts";
import { type CniCall } from "../cni/request.ts";
import { type DelRequest, type PodNetwork } from "../cni/model.ts";
import { heddleConfig } from "../cni/testing/calls.ts";
import { createKernel } from "../kernel/kernel.ts";
import { openStatusDoor, statusSocketOf } from "../status/door.ts";
import { createDelQueue } from "./del-queue.ts";
import { createSocketServer } from "./server.ts";
import { builtClient, callPlugin, cannotBuildClient, type Installed, installClient } from "./testing/client.ts";
import { type LyingServer, startLyingServer } from "./testing/lying-server.ts";

const input = (cniVersion: string): string => JSON.stringify(heddleConfig({ cniVersion }));

const environment = (command: string, changes: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  CNI_COMMAND: command,
  CNI_CONTAINERID: "4f3c",
  CNI_NETNS: "/run/netns/cni-1",
  CNI_IFNAME: "eth0",
  CNI_ARGS: "IgnoreUnknown=1",
  CNI_PATH: "/opt/cni/bin",
  ...changes,
});

const idle: PodNetwork = {
  add: async ({ netns }) => ({ interfaces: [{ name: "eth0", sandbox: netns }], ips: [], routes: [], dns: {} }),
  del: async () => {},
  check: async () => {},
  status: async () => {},
  gc: async () => {},
  reclaim: async () => 0,
};

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

/** The agent's socket with the whole protocol behind it, on a network that a test gives. */
async function startAgent(path: string, network: PodNetwork = idle) {
  const dispatcher = createDispatcher({ network, logger: silentLogger, clock: systemClock });
  const server = await createSocketServer(
    { answer: dispatcher.answer, logger: silentLogger, clock: systemClock },
    { path },
  );
  return { dispatcher, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe("heddle-cni", () => {
  let why: string | undefined;
  let client: Installed;
  before(async () => {
    why = await cannotBuildClient();
    if (why === undefined) client = await installClient({ timeLimitMs: 2_000 });
  });
  after(() => client?.[Symbol.asyncDispose]());

  /** The test, or the reason why it cannot run here. */
  const real = (name: string, run: () => Promise<void>): void =>
    void it(name, async (t) => (why === undefined ? run() : t.skip(why)));

  const failure = async (
    command: string,
    { cniVersion = "1.0.0", ...changes }: Readonly<Record<string, string>> = {},
  ) => {
    const { status, output } = await client.call(environment(command, changes), input(cniVersion));
    assert.equal(status, 1);
    return JSON.parse(output);
  };

  real("tells probes how the agent is, by its exit status and in words", async () => {
    const page = (status: number, text: string) => async () => ({ type: "text/plain", status, text });
    const ask = (...args: readonly string[]) => callPlugin(client.executable, { environment: {}, input: "", args });
    const socket = join(client.folder, "another.sock");
    {
      const pages = { "/ready": page(503, "the bridge is down\n"), "/live": page(200, "it answers\n") };
      await using _door = await openStatusDoor(statusSocketOf(socket), pages);
      assert.deepEqual(await ask("--ready", socket), { status: 1, output: "the bridge is down\n", errors: "" });
      assert.deepEqual(await ask("--live", socket), { status: 0, output: "it answers\n", errors: "" });
    }
    {
      await using _door = await openStatusDoor(statusSocketOf(client.socket), { "/ready": page(200, "ok\n") });
      assert.deepEqual(await ask("--ready"), { status: 0, output: "ok\n", errors: "" });
      assert.equal((await ask("--live")).status, 1, "an agent that knows no such question");
    }
    const { status, output } = await ask("--live", socket);
    assert.deepEqual([status, JSON.parse(output).msg], [1, "Heddle's node agent does not answer"]);
    assert.match((await ask("--live", `/${"x".repeat(200)}`)).output, /a socket's path is too long/);
  });

  real("gives a probe up in time where the agent hangs", async () => {
    await using hanging = await startLyingServer(`${client.socket}.status`);
    hanging.behave("hang");
    const { status, output } = await callPlugin(client.executable, { environment: {}, input: "", args: ["--ready"] });
    assert.deepEqual([status, JSON.parse(output).code], [1, 11]);
    assert.match(output, /no answer within the time limit/);
  });

  real("passes on what it is called with, and prints what the agent answers", async () => {
    const calls: CniCall[] = [];
    await using _server = await createSocketServer(
      {
        clock: systemClock,
        logger: silentLogger,
        async answer(call) {
          calls.push(call);
          return { status: 7, output: "as it is \u0000 é\n" };
        },
      },
      { path: client.socket },
    );
    const { status, output } = await client.call(environment("ADD", { OTHER: "x" }), '{"é":1}');
    assert.equal(status, 7);
    assert.equal(output, "as it is \u0000 é\n");
    const [{ client: version, ...call } = {}] = calls as (CniCall & { client?: string })[];
    assert.match(version ?? "", /^\d+\.\d+\.\d+/);
    assert.deepEqual(call, {
      command: "ADD",
      containerId: "4f3c",
      netns: "/run/netns/cni-1",
      ifname: "eth0",
      args: "IgnoreUnknown=1",
      path: "/opt/cni/bin",
      input: '{"é":1}',
    });
  });

  real("passes on a configuration of a megabyte and its answer", async () => {
    await using _agent = await startAgent(client.socket);
    const text = JSON.stringify(heddleConfig({ cniVersion: "1.0.0", args: { pad: "x".repeat(1_000_000) } }));
    const { status, output } = await client.call(environment("ADD"), text);
    assert.equal(status, 0);
    assert.equal(JSON.parse(output).interfaces[0].name, "eth0");
  });

  real("answers VERSION by itself", async () => {
    const supportedVersions = ["0.3.1", "0.4.0", "1.0.0", "1.1.0"];
    for (const [text, cniVersion] of [
      ['{"cniVersion":"0.4.0"}', "0.4.0"],
      ['{"a":{"cniVersion":"9"},"b":"\\"cniVersion\\":", "cniVersion" : "1.0.0" }', "1.0.0"],
      ["{}", "1.1.0"],
      ["", "1.1.0"],
    ] as const) {
      const { status, output } = await client.call({ CNI_COMMAND: "VERSION" }, text);
      assert.equal(status, 0);
      assert.deepEqual(JSON.parse(output), { cniVersion, supportedVersions });
    }
  });

  real("says in the asked version that the agent is down: 50 for STATUS, 11 for the others", async () => {
    for (const [verb, code] of [
      ["ADD", 11],
      ["CHECK", 11],
      ["GC", 11],
      ["STATUS", 50],
    ] as const) {
      const { code: told, cniVersion, msg, details } = await failure(verb, { cniVersion: "0.4.0" });
      assert.deepEqual([told, cniVersion], [code, "0.4.0"]);
      assert.match(
        `${msg}: ${details}`,
        /does not answer: .*agent\.sock: no connection: No such file.*heddle agent status/,
      );
    }
  });

  real("refuses a call without verb, and input without end", async () => {
    const { status, output } = await client.call({}, input("0.4.0"));
    assert.equal(status, 1);
    assert.deepEqual([JSON.parse(output).code, JSON.parse(output).cniVersion], [4, "0.4.0"]);
    const long = await client.call(environment("ADD"), Buffer.alloc(1_100_000, " "));
    assert.equal(JSON.parse(long.output).code, 6);
    await using quick = await installClient({ timeLimitMs: 100 });
    const child = spawn(quick.executable, { env: environment("ADD"), stdio: ["pipe", "pipe", "inherit"] });
    const [chunk] = await once(child.stdout, "data");
    assert.equal(JSON.parse(String(chunk)).code, 5);
    child.stdin.destroy();
  });

  real("trusts no socket, configuration or queue that others may write", async () => {
    await using installed = await installClient();
    await using agent = await startAgent(installed.socket);
    const codeNow = async (): Promise<number> =>
      JSON.parse((await installed.call(environment("ADD"), input("1.0.0"))).output || "{}").code;
    assert.equal(await codeNow(), undefined);
    await chmod(installed.socket, 0o666);
    assert.equal(await codeNow(), 106);
    await chmod(installed.socket, 0o600);
    await chmod(join(installed.folder, "heddle-cni.conf"), 0o646);
    assert.equal(await codeNow(), 106);
    await chmod(join(installed.folder, "heddle-cni.conf"), 0o644);
    await agent[Symbol.asyncDispose]();
    await symlink("/dev/null", installed.socket);
    assert.equal(await codeNow(), 106);
    await rm(installed.socket);
    await mkdir(installed.queue, { mode: 0o777 });
    await chmod(installed.queue, 0o777);
    const { output } = await installed.call(environment("DEL"), input("1.0.0"));
    assert.equal(JSON.parse(output).code, 106);
  });

  real("speaks one version less with an older agent, and says so when that is not enough", async () => {
    await using newer = await installClient({ protocol: 2 });
    await using newest = await installClient({ protocol: 3 });
    await using agent = await startAgent(newer.socket);
    const added = await newer.call(environment("ADD"), input("1.0.0"));
    assert.equal(added.status, 0);
    await agent[Symbol.asyncDispose]();
    await using _same = await startAgent(newest.socket);
    const refused = await newest.call(environment("DEL"), input("1.0.0"));
    assert.equal(JSON.parse(refused.output).code, 107);
    assert.match(JSON.parse(refused.output).details, /speaks versions 1 to 1, this plugin .* version 3/);
  });

  describe("while the agent is down", () => {
    const queued = async (installed: Installed): Promise<readonly string[]> =>
      (await readdir(installed.queue).catch(() => [])).filter((name) => name.endsWith(".del"));
    const deleted = (installed: Installed, id: string) =>
      installed.call(environment("DEL", { CNI_CONTAINERID: id }), input("1.0.0"));

    real("queues DELs, which the agent does when it is there again", async () => {
      await using installed = await installClient();
      const ids = Array.from({ length: 20 }, (_, index) => `pod-${index}`);
      const outcomes = await Promise.all(ids.map((id) => deleted(installed, id)));
      for (const outcome of outcomes) assert.deepEqual(outcome, { status: 0, output: "", errors: "" });
      assert.equal((await queued(installed)).length, 20);
      const done: string[] = [];
      await using agent = await startAgent(installed.socket, {
        ...idle,
        del: async ({ key }) => void done.push(key.containerId),
      });
      await using kernel = createKernel();
      const deps = {
        answer: agent.dispatcher.answer,
        tryLock: kernel.tryLock,
        logger: silentLogger,
        clock: systemClock,
      };
      const queue = createDelQueue(deps, { path: installed.queue });
      assert.deepEqual(await queue.drain(AbortSignal.timeout(60_000)), { done: 20, left: 0 });
      assert.deepEqual(done.toSorted(), ids.toSorted());
      assert.deepEqual(await queued(installed), []);
    });

    real("loses none when the agent comes and goes among them, and does each once", async () => {
      await using installed = await installClient();
      await using kernel = createKernel();
      const done = new Map<string, number>();
      const network = {
        ...idle,
        del: async ({ key }: { key: { containerId: string } }) =>
          void done.set(key.containerId, (done.get(key.containerId) ?? 0) + 1),
      };
      const ids = Array.from({ length: 60 }, (_, index) => `pod-${index}`);
      const calls: Promise<unknown>[] = [];
      let agent: Awaited<ReturnType<typeof startAgent>> | undefined;
      for (const [index, id] of ids.entries()) {
        calls.push(deleted(installed, id).then(({ status }) => assert.equal(status, 0)));
        if (index % 3 === 0) await systemClock.sleep(1);
        // It comes and goes: every start drains what was queued before it.
        if (index % 15 === 7) {
          agent = await startAgent(installed.socket, network);
          const deps = {
            answer: agent.dispatcher.answer,
            tryLock: kernel.tryLock,
            logger: silentLogger,
            clock: systemClock,
          };
          await createDelQueue(deps, { path: installed.queue }).drain(AbortSignal.timeout(60_000));
        }
        if (index % 15 === 12) await agent?.[Symbol.asyncDispose]();
      }
      await Promise.all(calls);
      await using last = await startAgent(installed.socket, network).catch(() => undefined);
      const { answer } = (last ?? agent)?.dispatcher ?? assert.fail("no agent");
      const deps = { answer, tryLock: kernel.tryLock, logger: silentLogger, clock: systemClock };
      await createDelQueue(deps, { path: installed.queue }).drain(AbortSignal.timeout(60_000));
      assert.deepEqual([...done.keys()].toSorted(), ids.toSorted());
      assert.deepEqual(new Set(done.values()), new Set([1]));
      assert.deepEqual(await queued(installed), []);
      await agent?.[Symbol.asyncDispose]();
    });

    real("asks once more under the queue's lock: an agent that has drained the queue has to hear of it", async () => {
      await using installed = await installClient();
      await mkdir(installed.queue);
      const lock = join(installed.queue, ".lock");
      const holder = spawn("flock", [lock, "cat"], { stdio: ["pipe", "pipe", "inherit"] });
      holder.stdin.write("held");
      await once(holder.stdout, "data");
      const waiting = deleted(installed, "pod");
      // It found nobody at the socket when it has the lock's file open.
      await until("the executable waits for the lock", () => isOpenedByClient(lock), { everyMs: 5 });
      const done: string[] = [];
      const network = { ...idle, del: async ({ key }: DelRequest) => void done.push(key.containerId) };
      await using _agent = await startAgent(installed.socket, network);
      holder.stdin.end();
      assert.equal((await waiting).status, 0);
      assert.deepEqual(done, ["pod"]);
      assert.deepEqual(await queued(installed), []);
    });

    real("writes the whole request, as the socket would have had it", async () => {
      await using installed = await installClient();
      await deleted(installed, "pod");
      const [name = ""] = await queued(installed);
      const bytes = await readFile(join(installed.queue, name));
      assert.equal(bytes.subarray(0, 6).toString("latin1"), "HDLC\u0001\u0001");
      assert.equal(bytes.readUInt32LE(8), bytes.length - 12);
    });

    real("queues no DEL that the agent could not understand", async () => {
      await using installed = await installClient();
      for (const [env, text, code] of [
        [environment("DEL", { CNI_CONTAINERID: "" }), input("1.0.0"), 4],
        [environment("DEL", { CNI_IFNAME: "" }), input("1.0.0"), 4],
        [environment("DEL"), "", 6],
        [environment("DEL"), "[]", 6],
      ] as const) {
        const { status, output } = await installed.call(env, text);
        assert.deepEqual([status, JSON.parse(output).code], [1, code]);
      }
      assert.deepEqual(await queued(installed), []);
    });

    real("queues only so many bytes", async () => {
      await using installed = await installClient();
      await mkdir(installed.queue);
      await writeFile(join(installed.queue, "large.del"), "");
      await truncate(join(installed.queue, "large.del"), 64 << 20);
      assert.match((await deleted(installed, "pod")).output, /"code":11.*cannot be queued.*it is full/);
      await truncate(join(installed.queue, "large.del"), 63 << 20);
      assert.equal((await deleted(installed, "pod")).status, 0);
    });

    real("queues only so many files", async () => {
      await using installed = await installClient({ queueFiles: 2 });
      for (const id of ["first", "last"]) assert.equal((await deleted(installed, id)).status, 0);
      assert.match((await deleted(installed, "one more")).output, /"code":11.*it is full/);
    });

    real("says that it could not, where the queue cannot be written", async () => {
      await using installed = await installClient({ timeLimitMs: 300 });
      await writeFile(installed.queue, "");
      assert.match((await deleted(installed, "pod")).output, /"code":11.*queue: open: Not a directory/);
      await rm(installed.queue);
      await mkdir(installed.queue);
      const holder = spawn("flock", [join(installed.queue, ".lock"), "cat"], { stdio: ["pipe", "pipe", "inherit"] });
      holder.stdin.write("held");
      await once(holder.stdout, "data");
      assert.match((await deleted(installed, "pod")).output, /"code":11.*flock: Connection timed out/);
      holder.stdin.end();
      await once(holder, "close");
    });
  });

  describe("with an agent that does not do as it should", () => {
    let liar: LyingServer;
    before(async () => {
      if (why === undefined) liar = await startLyingServer(client.socket);
    });
    after(() => liar?.[Symbol.asyncDispose]());

    real("waits no longer than its time limit, whether it hangs or dribbles", async () => {
      await using hasty = await installClient({ timeLimitMs: 300 });
      await using there = await startLyingServer(hasty.socket);
      for (const [behaviour, verb, code] of [
        ["hang", "ADD", 11],
        ["dribble", "DEL", 11],
        ["hang", "STATUS", 50],
      ] as const) {
        there.behave(behaviour);
        const { output } = await hasty.call(environment(verb), input("1.1.0"));
        // It would wait for ever.
        assert.equal(JSON.parse(output).code, code);
      }
    });

    real("takes no answer that is garbled, too long or cut off", async () => {
      liar.send(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
      assert.equal((await failure("ADD"))["code"], 107);
      liar.send(Buffer.from("48444c4301020000ffffffff00", "hex"));
      assert.equal((await failure("ADD"))["code"], 107);
      liar.send(Buffer.from("48444c430102000000000000", "hex"));
      assert.equal((await failure("ADD"))["code"], 107);
      liar.send(Buffer.from("48444c43010200000500000000", "hex"));
      assert.match((await failure("ADD"))["details"], /it hung up amid its answer/);
      liar.send(Buffer.alloc(0));
      assert.match((await failure("ADD"))["details"], /it hung up: Connection reset/);
    });
  });

  describe("called by the name loopback", () => {
    real("needs no agent", async () => {
      await using installed = await installClient();
      const loopback = join(installed.folder, "loopback");
      await symlink(builtClient(), loopback);
      const call = (command: string, text: string) =>
        callPlugin(loopback, { environment: environment(command), input: text });
      assert.match((await call("ADD", input("1.0.0"))).output, /"code":3.*\/run\/netns\/cni-1/);
      assert.deepEqual(await call("DEL", input("1.0.0")), { status: 0, output: "", errors: "" });
      assert.deepEqual(await call("STATUS", input("1.1.0")), { status: 0, output: "", errors: "" });
      assert.match((await call("GC", input("1.0.0"))).output, /"code":1,/);
      assert.match((await call("ADD", input("0.2.0"))).output, /"cniVersion":"0\.2\.0","code":1,/);
    });
  });
});
