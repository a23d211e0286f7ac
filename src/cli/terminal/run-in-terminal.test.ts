import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { type ExecOptions } from "../../model/index.ts";
import { runInTerminal, type RunInTerminalOptions } from "./run-in-terminal.ts";

const target = { namespace: "default", pod: "box", container: "app" };

/** Runs on streams that are terminals only where told; tells what the container's end was given. */
async function run(options: RunInTerminalOptions, terminal: boolean, fails?: Error) {
  const raw: boolean[] = [];
  const setRawMode = (mode: boolean): void => void raw.push(mode);
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal, ...(terminal && { setRawMode }) });
  const stdout = Object.assign(new PassThrough(), { isTTY: terminal, columns: 80, rows: 24 });
  const stderr = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: terminal });
  const calls: (Readonly<{ did: "exec" | "attach" }> & Partial<ExecOptions>)[] = [];
  const did = (did: "exec" | "attach") => async (_target: unknown, given: Partial<ExecOptions>) => {
    calls.push({ did, ...given });
    if (fails) throw fails;
    return { exitCode: 5 };
  };
  const outcome = await runInTerminal(
    { streams: { exec: did("exec"), attach: did("attach") }, stdin, stdout, stderr },
    target,
    options,
  ).catch((error: unknown) => error);
  return { outcome, raw, stdin, stdout, stderr, call: calls[0], said: String(stderr.read() ?? "") };
}

const command = ["sh"];

describe("runInTerminal", () => {
  it("gives the exit code, and passes only what was asked for", async () => {
    const { outcome, call, stdout, stderr, raw } = await run({ command }, true);
    assert.equal(outcome, 5);
    assert.deepEqual(call, { did: "exec", command, stdout, stderr });
    assert.deepEqual(raw, []);
  });

  it("makes the terminal raw for the session only, where -i and -t are asked for", async () => {
    const { call, raw, stdin, said } = await run({ command, stdin: true, tty: true }, true);
    assert.equal(call?.tty, true);
    assert.equal(call.stdin, stdin);
    assert.equal(call.stderr, undefined);
    assert.ok(call.sizes);
    assert.deepEqual(raw, [true, false]);
    assert.equal(stdin.isPaused(), true);
    assert.equal(said, "");
  });

  it("gives the terminal back when the session fails", async () => {
    const failure = new Error("broken");
    const { outcome, raw } = await run({ command, stdin: true, tty: true }, true, failure);
    assert.equal(outcome, failure);
    assert.deepEqual(raw, [true, false]);
  });

  it("refuses a terminal that standard input is not, in kubectl's words, and goes on without", async () => {
    const { outcome, call, said } = await run({ command, stdin: true, tty: true }, false);
    assert.equal(said, "Unable to use a TTY - input is not a terminal or the right kind of file\n");
    assert.equal(outcome, 5);
    assert.equal(call?.tty, undefined);
    assert.ok(call?.stderr);
    assert.equal((await run({ command, stdin: true, tty: true, quiet: true }, false)).said, "");
  });

  it("takes -t for nothing without -i, as kubectl does", async () => {
    const { call, raw, said } = await run({ command, tty: true }, true);
    assert.deepEqual([call?.tty, raw, said], [undefined, [], ""]);
  });

  it("joins the main process where there is no command", async () => {
    const { call } = await run({ stdin: true }, true);
    assert.equal(call?.did, "attach");
    assert.equal("command" in (call ?? {}), false);
  });

  it("joins with a terminal exactly where the container has one", async () => {
    const refused = await run({ stdin: true, tty: true, containerTty: false }, true);
    assert.equal(refused.said, "error: Unable to use a TTY - container app did not allocate one\n");
    assert.equal(refused.call?.tty, undefined);
    const given = await run({ stdin: true, containerTty: true }, true);
    assert.equal(given.call?.tty, true);
  });
});
