import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../poll.ts";
import { useOf } from "../../process.ts";
import { type Plugin } from "./runtime.ts";

const root = join(import.meta.dirname, "../../..");

/** A running `heddle agent`, from the bundle, and its plugin as it is installed. */
export type BenchAgent = AsyncDisposable &
  Readonly<{
    pid: number;
    plugin: Plugin;
    /** From the start of its process until the plugin was installed: what it found is then as it should be. */
    startedMs: number;
    /** The processor's time that it had used then. */
    startedCpuMs: number;
    log(): string;
  }>;

export type AgentOptions = Readonly<{
  /** Where it runs: put before its command. */
  enter: readonly string[];
  /** All that it keeps: the same again is a restart. */
  folder: string;
  /** What the agent is told besides: `--standalone`, or how it asks the API server. */
  args: readonly string[];
  /** V8's flags, in place of those that its launcher gives it. */
  v8Flags?: readonly string[];
  /** Where the runtime looks, and below which of our folders that is; default: folders of the agent's own. */
  runtime?: Readonly<{ confDir: string; binDir: string; below: string }>;
  signal: AbortSignal;
}>;

/** The agent's bundle without its launcher. */
const bare = `import("${join(root, "dist/agent.js")}").then(({ main }) => main(process.argv.slice(1)))`;

/** Resolves when the plugin is installed. Killed at its end, so that nothing is torn down. */
export async function startAgent(options: AgentOptions): Promise<BenchAgent> {
  const { enter, folder, args, v8Flags, signal } = options;
  const { confDir, binDir, below } = options.runtime ?? {
    confDir: join(folder, "net.d"),
    binDir: join(folder, "bin"),
    below: "",
  };
  await mkdir(folder, { recursive: true });
  const conflistPath = join(below, confDir, "05-heddle.conflist");
  await rm(conflistPath, { force: true });
  const launcher = v8Flags === undefined ? [join(root, "bin/heddle")] : [...v8Flags, "--eval", bare, "--"];
  const own = ["--socket", join(folder, "agent.sock"), "--data", join(folder, "data")];
  const installing = ["--cni-bin-dir", binDir, "--cni-conf-dir", confDir];
  const command = [...enter, process.execPath, ...launcher, "agent", ...own, ...installing, ...args];
  const logPath = join(folder, "agent.log");
  const log = openSync(logPath, "w");
  const read = (): string => readFileSync(logPath, "utf8");
  const env = { ...process.env, HEDDLE_BUNDLE: "1" };
  const sinceMs = performance.now();
  const child = spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", log, log], env });
  const ended = once(child, "exit");
  await poll({ signal, everyMs: 5 }, async () => {
    if (child.exitCode !== null) throw new Error(`the agent ended:\n${read().slice(-2_000)}`);
    return existsSync(conflistPath) || undefined;
  });
  const startedMs = performance.now() - sinceMs;
  const pid = processBehind(child.pid ?? 0);
  const startedCpuMs = (await useOf(pid)).cpuSeconds * 1_000;
  const { plugins, name } = JSON.parse(readFileSync(conflistPath, "utf8"));
  const configPath = join(folder, "heddle.json");
  // The latest version, which alone has STATUS.
  await writeFile(configPath, JSON.stringify({ ...plugins[0], name, cniVersion: "1.1.0" }));
  return {
    pid,
    startedMs,
    startedCpuMs,
    plugin: { executable: join(binDir, "heddle-cni"), configPath },
    log: read,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) process.kill(pid, "SIGKILL");
      await ended;
    },
  };
}

/** nsenter waits for what it started where it entered a PID namespace, and becomes it where it did not. */
function processBehind(pid: number): number {
  if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "nsenter") return pid;
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

/** The arguments of an agent without Kubernetes whose pods are in `subnet`. */
export async function standaloneArgs(folder: string, subnet: string): Promise<readonly string[]> {
  const path = join(folder, "network.json");
  const ipam = { type: "host-local", ranges: [[{ subnet }]], routes: [{ dst: "0.0.0.0/0" }] };
  const plugins = [{ type: "heddle-cni", bridge: "cni-bridge0", ipam }];
  await writeFile(path, JSON.stringify({ name: "heddle", plugins }));
  return ["--standalone", "--network", path];
}
