import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { HeddleError, messageOf } from "../../src/base/index.ts";
import type { RunOptions } from "./model.ts";

/** Runs a command to its end and resolves to its standard output. Rejects with what it wrote to standard error. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [file = "", ...args] = command;
  const { input, inputFile, ...signal } = options;
  const stdin = inputFile === undefined ? "pipe" : openSync(inputFile, "r");
  const child = spawn(file, args, { stdio: [stdin, "pipe", "pipe"], ...signal });
  if (typeof stdin === "number") closeSync(stdin);
  const output = collect(child);
  // A command that does not read its input closes the pipe: not an error of ours.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input ?? "");
  const code = await endOf(child, file);
  const { stdout, stderr } = output();
  if (code === 0) return stdout;
  throw new HeddleError(`${file} ${args.at(0) ?? ""} failed (${code}): ${stderr.trim() || stdout.trim()}`, {
    code: "HEDDLE_TEST_COMMAND_FAILED",
    details: { exitCode: code },
  });
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout?.on("data", (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));
  return () => ({ stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString() });
}

async function endOf(child: ChildProcess, file: string): Promise<number | string> {
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    return code ?? signal ?? "unknown";
  } catch (cause) {
    throw new HeddleError(`cannot run ${file}: ${messageOf(cause)}`, { code: "HEDDLE_TEST_COMMAND_FAILED", cause });
  }
}

/** A process of the cluster that runs until it is killed; its output goes to `logFile`. */
export type Daemon = Readonly<{
  name: string;
  /** Of the process itself, not of `nsenter`; undefined when it has ended. */
  pid(): number | undefined;
  /** Sends the signal to the process, through `nsenter`. Nothing happens when it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, with why. Keeps this process alive until then. */
  untilEnded(): Promise<string>;
  /** The reason when it has ended already. */
  endedWith(): string | undefined;
  lastLines(): string;
}>;

/** Starts a daemon that does not keep this process alive and may outlive it. */
export function startDaemon(name: string, command: readonly string[], logFile: string): Daemon {
  const [file = "", ...args] = command;
  const log = openSync(logFile, "a");
  const child = spawn(file, args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  let reason: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const end = (why: string): void => {
      reason = why;
      resolve(why);
    };
    child.on("error", (error) => end(messageOf(error)));
    child.on("exit", (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  return {
    name,
    pid: () => (reason === undefined && child.pid !== undefined ? entered(child.pid)[0] : undefined),
    untilEnded() {
      child.ref();
      return ended;
    },
    endedWith: () => reason,
    signal(signal) {
      if (reason !== undefined || child.pid === undefined) return;
      try {
        const pids = entered(child.pid);
        for (const pid of pids) process.kill(pid, signal);
        if (signal === "SIGSTOP") for (const pid of pids) waitUntilStopped(pid);
        // nsenter stops with what it started, and would not see its end.
        if (signal !== "SIGSTOP") process.kill(child.pid, "SIGCONT");
      } catch {
        // Gone between the two lines.
      }
    },
    lastLines: () => tail(logFile),
  };
}

/**
 * The process that `nsenter` started, else the process itself. Killing nsenter too would make the host's init the parent
 * of what is left of its child, and until that init gets round to reaping it, the PID namespace cannot end.
 */
function entered(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [pid] : text.split(" ").map(Number);
}

/** A thread that runs when SIGSTOP comes goes on for a moment, and a server may answer once more. Waits half a minute at most. */
function waitUntilStopped(pid: number): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 30_000 && !isStopped(pid); tries++) Atomics.wait(never, 0, 0, 1);
}

/** Every thread is in state T (proc_pid_stat(5)). */
const isStopped = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) =>
    /\) T /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8")),
  );

/** The last lines of a log, for messages of failure. */
export function tail(file: string, lines = 15): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}
