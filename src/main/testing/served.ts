import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heddleCommand as heddle } from "../../../test/command.ts";
import { until } from "../../../test/kube/index.ts";

export type Ended = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** A command that runs, as a user would have started it. */
export type Running = Readonly<{
  stdout(): string;
  stderr(): string;
  /** Resolves when everything written so far matches; fails after a minute with what was written. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  stop(signal: NodeJS.Signals): Promise<Ended>;
  ended: Promise<Ended>;
}>;

/** A user with folders of their own: no server of the machine's is found, none is left behind. */
export type User = Readonly<{
  folder: string;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
  run(args: readonly string[], input?: string): Promise<Ended>;
}>;

/** `env` is added to every command's environment. Everything started is ended with the test. */
export function newUser(
  t: Readonly<{ after(end: () => unknown): void }>,
  env: Readonly<Record<string, string>> = {},
  command: string = heddle,
): User {
  const folder = mkdtempSync(join(tmpdir(), "heddle-user-"));
  const running = new Set<Running>();
  t.after(async () => {
    await Promise.all([...running].map((each) => each.stop("SIGKILL")));
    rmSync(folder, { recursive: true, force: true });
  });
  const home = {
    HOME: folder,
    TMPDIR: folder,
    XDG_RUNTIME_DIR: folder,
    XDG_STATE_HOME: join(folder, "state"),
    KUBECONFIG: "",
    HEDDLE_SERVER: "",
    ...env,
  };
  const start: User["start"] = (args, more = {}) => {
    const child = startCommand([command, ...args], { ...process.env, ...home, ...more });
    running.add(child.running);
    return child.running;
  };
  return {
    folder,
    start,
    async run(args, input = "") {
      const child = startCommand([command, ...args], { ...process.env, ...home });
      running.add(child.running);
      child.stdin.end(input);
      return child.running.ended;
    },
  };
}

function startCommand(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => (written[name] += text));
  const ended = once(child, "close").then(([code]): Ended => ({ code: code as number | null, ...written }));
  const running: Running = {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    ended,
    async shows(pattern) {
      const look = (): RegExpExecArray | null => pattern.exec(written.stdout + written.stderr);
      await until(`${pattern}`, look).catch((error: unknown) => {
        throw new Error(`not shown in ${JSON.stringify(written)}`, { cause: error });
      });
      const found = look();
      assert.ok(found);
      return found;
    },
    async stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
  return { running, stdin: child.stdin };
}
