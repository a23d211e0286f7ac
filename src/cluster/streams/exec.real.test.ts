import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PassThrough, Readable, Writable } from "node:stream";
import { describe, it } from "node:test";
import { createLogger, type HeddleError, isHeddleError, silentLogger } from "../../base/index.ts";
import { type TerminalSize } from "../../model/index.ts";
import { type KubeCluster, kubeForTest, until } from "../../../test/kube/index.ts";
import { sized } from "../../../test/size.ts";
import { failureOf } from "../testing/failure-of.ts";
import { type ExecProtocol, execProtocols } from "./channel-protocol.ts";
import { createPodStreams } from "./pod-streams.ts";
import { source } from "./testing/byte-source.ts";
import { liveMegabytes } from "../../../test/live-memory.ts";
import { box, onNode, outputOf, type Part, runParts, statusOf } from "./testing/real-parts.ts";
import { adminClient, collect, podIs } from "./testing/real-pods.ts";

describe("exec and attach on a real node", () => {
  it("do what kubectl's do", async (t) =>
    onNode(
      t,
      { kube: await kubeForTest(t, { nodes: 1 }), states: ["running", "waiting", "counting", "shell"] },
      async (setting) => {
        for (const protocol of execProtocols)
          await t.test(`over ${protocol}`, (t) => {
            const pods = createPodStreams({ api: setting.api, log: silentLogger }, { execProtocols: [protocol] });
            return runParts(t, { ...sessionParts, ...partsOf[protocol] }, { ...setting, pods });
          });
        await t.test("over whichever the server speaks", (t) => runParts(t, anyProtocolParts, setting));
      },
    ));
});

const sessionParts: Readonly<Record<string, Part>> = {
  async "a command's exit code is the result, not an error"(setting) {
    const codes = ["true", "false", "exit 3", "kill -9 $$"];
    const ended = codes.map((script) => outputOf(setting, { command: ["sh", "-c", script] }));
    assert.deepEqual(
      (await Promise.all(ended)).map(({ exitCode }) => exitCode),
      [0, 1, 3, 137],
    );
    assert.deepEqual(await setting.pods.exec(box(setting), { command: ["true"] }), { exitCode: 0 }, "no stream at all");
  },

  async "stdout and stderr come apart, and words of a command stay whole"(setting) {
    const script = 'echo "$0 and $1"; echo err >&2';
    const output = await outputOf(setting, { command: ["sh", "-c", script, "two words", "a&b=c %20+"] });
    assert.deepEqual(output, { exitCode: 0, stdout: "two words and a&b=c %20+\n", stderr: "err\n" });
  },

  async "with a terminal both come as one, in the order of their writing"(setting) {
    const output = await outputOf(setting, { command: ["sh", "-c", "echo out; echo err >&2; tty"], tty: true });
    assert.match(output.stdout, /^out\r\nerr\r\n\/dev\/pts\/\d+\r\n$/);
    assert.equal(output.stderr, "");
  },

  async "the terminal has the size that it is told, then and later"(setting) {
    const stdout = collect();
    async function* sizes(): AsyncGenerator<TerminalSize> {
      yield { columns: 77, rows: 33 };
      await until("the first size", () => stdout.text().includes("33 77"));
      yield { columns: 100, rows: 50 };
    }
    const script = 'until [ "$(stty size)" = "50 100" ]; do stty size; sleep 0.05; done; stty size';
    const { exitCode } = await setting.pods.exec(box(setting), {
      command: ["sh", "-c", script],
      tty: true,
      stdout,
      sizes: sizes(),
    });
    assert.equal(exitCode, 0);
    assert.match(stdout.text(), /50 100\r\n$/);
  },

  async "what is typed on a terminal is echoed and run"(setting) {
    const [stdin, stdout] = [new PassThrough(), collect()];
    const session = setting.pods.exec(box(setting), { command: ["sh"], tty: true, stdin, stdout });
    stdin.write("echo sum-$((20+3))\n");
    await until("the answer", () => stdout.text().includes("sum-23"));
    stdin.write("exit 7\n");
    assert.deepEqual(await session, { exitCode: 7 });
    assert.equal(stdin.destroyed, false);
  },

  async "the end of what is typed ends the command, and nothing of its output is lost"(setting) {
    for (const typed of ["a line\n", "half a line"]) {
      const output = await outputOf(setting, {
        command: ["sh", "-c", "stty -echo; cat; sleep 0.1; echo over"],
        tty: true,
        stdin: Readable.from([Buffer.from(typed)]),
      });
      assert.equal(output.exitCode, 0);
      assert.match(output.stdout, /line(\r\n)?over\r\n$/);
    }
  },

  async "a command that cannot be run is an error with the runtime's words"(setting) {
    const missing = await failureOf(outputOf(setting, { command: ["nope", "x"] }));
    assert.equal(missing.code, "HEDDLE_CLUSTER_COMMAND_NOT_FOUND");
    assert.match(missing.message, /could not be run: exec: "nope": executable file not found in \$PATH$/);
    assert.equal(statusOf(missing, "reason"), "InternalError");
    const path = await failureOf(outputOf(setting, { command: ["/no/such"] }));
    assert.equal(path.code, "HEDDLE_CLUSTER_COMMAND_NOT_FOUND");
    const data = await failureOf(outputOf(setting, { command: ["/etc/passwd"] }));
    assert.equal(data.code, "HEDDLE_CLUSTER_COMMAND_FAILED");
  },

  async "a container or pod that is not there, or does not run, is told by name"(setting) {
    const { pods, namespace } = setting;
    const exec = (target: Readonly<{ pod: string; container?: string }>): Promise<HeddleError> =>
      failureOf(pods.exec({ namespace, ...target }, { command: ["true"] }));
    const noContainer = await exec({ pod: "box", container: "nope" });
    assert.equal(noContainer.code, "HEDDLE_CLUSTER_CONTAINER_NOT_FOUND");
    assert.match(noContainer.message, /has no container "nope": it has app, side$/);
    assert.equal((await exec({ pod: "nope" })).code, "HEDDLE_CLUSTER_NOT_FOUND");
    assert.equal((await exec({ pod: "nope", container: "app" })).code, "HEDDLE_CLUSTER_NOT_FOUND");
    const waiting = await exec({ pod: "waiting" });
    assert.equal(waiting.code, "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING");
    assert.match(waiting.message, /"app" of pod \S+\/waiting is not running: waiting \(PodInitializing\)$/);
    assert.equal(waiting.retryable, true);
    await podIs(setting.kube, { namespace, pod: "counting", state: "jsonpath={.status.phase}=Succeeded" });
    const over = await exec({ pod: "counting" });
    assert.match(over.message, /terminated \(Completed\)$/);
    assert.equal(over.retryable, false);
    const attached = await failureOf(pods.attach({ namespace, pod: "waiting" }, {}));
    assert.equal(attached.code, "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING");
  },

  async "an abort ends the session at once with the signal's reason"(setting) {
    const [stdin, stdout] = [new PassThrough(), collect()];
    const controller = new AbortController();
    const { signal } = controller;
    const command = ["sh", "-c", "echo begun; sleep 1000"];
    const session = setting.pods.exec(box(setting), { command, stdin, stdout, signal });
    const failed = assert.rejects(session, (error) => error === controller.signal.reason);
    await until("the command has begun", () => stdout.text() === "begun\n");
    controller.abort(new Error("enough"));
    // The command itself would go on for a quarter of an hour.
    await failed;
    assert.equal(stdin.listenerCount("data"), 0);
    await assert.rejects(setting.pods.exec(box(setting), { command, signal }), (error) => error === signal.reason);
  },

  async "many commands at once do not mix"(setting) {
    const names = Array.from({ length: sized({ small: 12, full: 24 }) }, (_, index) => `command-${index}`);
    const outputs = await Promise.all(names.map((name) => outputOf(setting, { command: ["echo", name] })));
    assert.deepEqual(
      outputs.map(({ stdout }) => stdout),
      names.map((name) => `${name}\n`),
    );
  },

  async "attach reaches a running shell, and leaving it leaves it running"(setting) {
    const target = { namespace: setting.namespace, pod: "shell", container: "shell" };
    for (const turn of [1, 2]) {
      const [stdin, stdout, controller] = [new PassThrough(), collect(), new AbortController()];
      const { signal } = controller;
      const session = setting.pods.attach(target, { tty: true, stdin, stdout, signal });
      const left = assert.rejects(session, (error) => error === signal.reason);
      stdin.write(`echo turn-$((${turn}+10))\n`);
      await until("the shell's answer", () => stdout.text().includes(`turn-${turn + 10}`));
      controller.abort();
      await left;
    }
  },
};

const anyProtocolParts: Readonly<Record<string, Part<KubeCluster>>> = {
  async "the best subprotocol is taken: stdin's end reaches the command"(setting) {
    const output = await outputOf(setting, { command: ["wc", "-c"], stdin: Readable.from([Buffer.alloc(1_000)]) });
    assert.equal(output.stdout, "1000\n");
  },

  async "without a name the annotated container is meant"(setting) {
    const stdout = collect();
    const { namespace, pod } = box(setting);
    await setting.pods.exec({ namespace, pod }, { command: ["sh", "-c", "echo $WHO"], stdout });
    assert.equal(stdout.text(), "side\n");
  },

  async "attach ends with the process; its exit code is not told by Kubernetes"(setting) {
    const stdout = collect();
    const target = { namespace: setting.namespace, pod: "shell", container: "reader" };
    const stdin = Readable.from([Buffer.from("a line\n")]);
    assert.deepEqual(await setting.pods.attach(target, { stdin, stdout }), { exitCode: 0 });
    assert.equal(stdout.text(), "7\n");
  },

  async "the end of stdin leaves an attached shell, and leaves it running"(setting) {
    const target = { namespace: setting.namespace, pod: "shell", container: "shell" };
    for (const turn of ["first", "second"]) {
      const [stdin, stdout] = [new PassThrough(), collect()];
      const session = setting.pods.attach(target, { tty: true, stdin, stdout });
      stdin.write(`echo ${turn}-$((1+1))\n`);
      await until("the shell's answer", () => stdout.text().includes(`${turn}-2`));
      stdin.end();
      assert.deepEqual(await session, { exitCode: 0 });
    }
  },

  async "an empty command is a mistake of the caller"(setting) {
    await assert.rejects(setting.pods.exec(box(setting), { command: [] }), (error) =>
      isHeddleError(error, "HEDDLE_USAGE"),
    );
  },

  async "a slow reader makes the command wait, not the memory grow"(setting) {
    const bytes = sized({ small: 30_000_000, full: 300_000_000 });
    let got = 0;
    let release: (() => void) | undefined;
    let held = true;
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        got += chunk.length;
        if (held) release = done;
        else done();
      },
    });
    const before = liveMegabytes();
    const session = setting.pods.exec(box(setting), { command: ["head", "-c", String(bytes), "/dev/zero"], stdout });
    await until("the first bytes", () => got > 0);
    // A whole other exchange passes meanwhile: the server has had every chance to send more.
    await outputOf(setting, { command: ["sleep", "1"] });
    const grownMb = liveMegabytes() - before;
    assert.ok(grownMb < 10, `${grownMb} MB more`);
    held = false;
    release?.();
    assert.deepEqual(await session, { exitCode: 0 });
    assert.equal(got, bytes);
  },

  async "a server that is too full to answer pings is not taken for dead"({ kube, namespace }) {
    await using api = adminClient(kube, { pingIntervalMs: 1_000 });
    const pods = createPodStreams({ api, log: silentLogger });
    const stdout = collect();
    const { stdin } = source(sized({ small: 30_000_000, full: 100_000_000 }));
    const command = ["sh", "-c", "sleep 3; wc -c"];
    const { exitCode } = await pods.exec({ namespace, pod: "box", container: "app" }, { command, stdin, stdout });
    assert.equal(exitCode, 0);
    assert.equal(Number(stdout.text()), sized({ small: 30_000_000, full: 100_000_000 }));
  },

  async "a node that goes away in the middle is an error: no command has succeeded by that"({ kube, pods, namespace }) {
    const stdout = collect();
    const command = ["sh", "-c", "echo begun; sleep 1000"];
    const session = failureOf(pods.exec({ namespace, pod: "box", container: "app" }, { command, stdout }));
    await until("the command has begun", () => stdout.text() === "begun\n");
    await kube.nodes[0]?.stopKubelet();
    assert.equal((await session).code, "HEDDLE_CLUSTER_UNREACHABLE");
  },
};

const partsOf: Readonly<Record<ExecProtocol, Readonly<Record<string, Part>>>> = {
  "v5.channel.k8s.io": {
    async "what goes in by stdin comes back whole, with bounded memory"(setting) {
      const bytes = sized({ small: 1_000_000, full: 100_000_000 });
      const { stdin, hash } = source(bytes);
      const back = createHash("sha256");
      let got = 0;
      let peakMb = 0;
      const before = liveMegabytes();
      const stdout = new Writable({
        write(chunk: Buffer, _encoding, done) {
          back.update(chunk);
          got += chunk.length;
          if (got % 10_000_000 < chunk.length) peakMb = Math.max(peakMb, liveMegabytes() - before);
          done();
        },
      });
      assert.deepEqual(await setting.pods.exec(box(setting), { command: ["cat"], stdin, stdout }), { exitCode: 0 });
      assert.equal(got, bytes);
      assert.equal(back.digest("hex"), hash());
      assert.ok(peakMb < 10, `${peakMb} MB more at the peak`);
    },

    async "an empty stdin is an end at once"(setting) {
      assert.equal((await outputOf(setting, { command: ["wc", "-c"], stdin: Readable.from([]) })).stdout, "0\n");
    },
  },

  "v4.channel.k8s.io": {
    async "stdin reaches the command, but not its end, and that is said"({ api, namespace }) {
      const lines: string[] = [];
      const destination = new Writable({
        write(chunk, _encoding, done) {
          lines.push(String(chunk));
          done();
        },
      });
      const log = await createLogger({ level: "warn", destination });
      const pods = createPodStreams({ api, log }, { execProtocols: ["v4.channel.k8s.io"] });
      const target = { namespace, pod: "box", container: "app" };
      const bytes = sized({ small: 1_000_000, full: 20_000_000 });
      const { stdin } = source(bytes);
      const stdout = collect();
      const command = ["sh", "-c", `head -c ${bytes} | wc -c`];
      assert.deepEqual(await pods.exec(target, { command, stdin, stdout }), { exitCode: 0 });
      assert.equal(Number(stdout.text()), bytes);

      const controller = new AbortController();
      const cat = pods.exec(target, {
        command: ["cat"],
        stdin: Readable.from([Buffer.from("x")]),
        signal: controller.signal,
      });
      const ended = assert.rejects(cat, (error) => error === controller.signal.reason);
      await until("the warning", () => lines.some((line) => line.includes("the end of the input cannot be told")));
      controller.abort();
      await ended;
    },
  },
};
