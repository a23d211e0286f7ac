import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { commandSpecs, createProgram } from "./index.ts";
import { pod } from "./testing/objects.ts";
import { runCli } from "./testing/run-cli.ts";

const fleet = [{ info: { id: "east" }, objects: [pod("web-1")] }];

describe("the heddle command line", () => {
  it("tells its commands with --help, and ends with 0", async () => {
    const { stdout, code } = await runCli("--help", fleet);
    assert.match(stdout, /^Usage: heddle/);
    for (const command of [
      "get",
      "describe",
      "logs",
      "exec",
      "attach",
      "port-forward",
      "api-resources",
      "clusters",
      "version",
      "completion",
    ])
      assert.match(stdout, new RegExp(`^  ${command} `, "m"));
    assert.doesNotMatch(stdout, /__complete/);
    assert.equal(code, 0);
  });

  it("ends with 2 and the near word when a command or flag is mistyped", async () => {
    const command = await runCli("gt pods", fleet);
    assert.match(command.stderr, /unknown command 'gt'[^]*Did you mean get\?/);
    assert.equal(command.code, 2);
    const flag = await runCli("get pods --selectr a=b", fleet);
    assert.match(flag.stderr, /unknown option '--selectr'[^]*Did you mean --selector\?/);
    assert.equal(flag.code, 2);
    assert.equal((await runCli([], fleet)).code, 2);
  });

  it("takes global flags before and behind the command", async () => {
    const before = await runCli("--kubeconfig k --context a,b get pods", fleet);
    const behind = await runCli("get pods --kubeconfig=k --context a --context b", fleet);
    assert.deepEqual(before.opened, [{ kubeconfigPath: "k", contexts: ["a", "b"], verbose: false }]);
    assert.deepEqual(behind.opened, before.opened);
  });

  it("passes the configuration, the time limit and -v on", async () => {
    const { opened } = await runCli("get pods --config heddle.yaml --request-timeout 1m30s -v", fleet);
    assert.deepEqual(opened, [{ configPath: "heddle.yaml", requestTimeoutMs: 90_000, contexts: [], verbose: true }]);
    const wrong = await runCli("get pods --request-timeout soon", fleet);
    assert.match(wrong.stderr, /--request-timeout: "soon" is no duration/);
    assert.deepEqual([wrong.code, wrong.opened], [2, []]);
  });

  it("takes short flags with their values in every form", async () => {
    for (const form of ["-o name", "-oname", "-o=name", "--output name", "--output=name"]) {
      const { stdout } = await runCli(`get pods ${form}`, fleet);
      assert.equal(stdout, "pod/web-1\n", form);
    }
    assert.match((await runCli("get pods --all-namespaces=true", fleet)).stdout, /NAMESPACE/);
    assert.doesNotMatch((await runCli("get pods --all-namespaces=false", fleet)).stdout, /NAMESPACE/);
    assert.match((await runCli("get pods -An default", fleet)).stdout, /NAMESPACE/);
  });

  it("says warnings about the way in on stderr", async () => {
    const { stderr } = await runCli("get pods -o name", fleet, { warnings: ["certificate verification is off"] });
    assert.equal(stderr, "warning: certificate verification is off\n");
  });

  it("narrows to the chosen clusters", async () => {
    const two = [...fleet, { info: { id: "west", environment: "prod" }, objects: [pod("web-2")] }];
    assert.equal((await runCli("get pods -o name --clusters west", two)).stdout, "pod/web-2\n");
    assert.equal(
      (await runCli("get pods -o name --clusters east --clusters env=prod", two)).stdout,
      "pod/web-1\npod/web-2\n",
    );
  });

  it("ends with 130 when it is interrupted", async () => {
    const { promise: never } = Promise.withResolvers<never>();
    const interrupt = new AbortController();
    const running = runCli("get pods", [{ info: { id: "slow" }, ready: never }], { signal: interrupt.signal });
    interrupt.abort();
    const { code, stdout } = await running;
    assert.deepEqual([code, stdout], [130, ""]);
  });

  it("ends quietly with 0 when its pipe is closed", async () => {
    const closed = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => void setImmediate(done, closed) });
    const stderr = new PassThrough({ encoding: "utf8" });
    const notAsked = (): Promise<never> => Promise.reject(new Error("not asked"));
    const program = createProgram(
      {
        open: notAsked,
        openServer: notAsked,
        serve: notAsked,
        browse: async () => {},
        agent: { start: notAsked, status: notAsked, attachments: notAsked, uninstall: notAsked },
        version: "1",
        stdout,
        stderr,
        stdin: new PassThrough(),
        env: {},
        clock: createManualClock(),
      },
      commandSpecs,
    );
    assert.equal(await program.run(["version"]), 0);
    assert.equal(await program.run(["completion", "bash"]), 0);
    assert.equal(stderr.read(), null);
  });

  it("prints its version, for people and for scripts", async () => {
    assert.match((await runCli("version", fleet)).stdout, /^heddle 1\.2\.3 \(Node \d+/);
    const { stdout, code } = await runCli("--version", fleet);
    assert.deepEqual([stdout, code], [(await runCli("version", fleet)).stdout, 0]);
    assert.equal(JSON.parse((await runCli("version -o json", fleet)).stdout).heddle, "1.2.3");
    assert.equal((await runCli("version -o xml", fleet)).code, 2);
  });
});
