import { spawn } from "node:child_process";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError, UsageError } from "../../src/base/index.ts";
import { stateFolder } from "./folders.ts";
import { run, startDaemon, type Daemon } from "./process.ts";
import { until } from "./until.ts";

const scripts = import.meta.dirname;
const supervisor = join(scripts, "supervise.sh");

/** The namespaces that a cluster lives in, and the script that leaves nothing of them behind. */
export type Enclosure = Readonly<{
  name: string;
  /** On the host; gone with the enclosure. */
  directory: string;
  logs: string;
  /** Name of the control group below which nodes have theirs. */
  cgroup: string;
  /** The host's pid of the first process: every other one dies with it. */
  pid: number;
  /** Put before a command to run it in the control plane's namespaces. */
  enter: readonly string[];
  daemon(name: string, command: readonly string[]): Daemon;
  /** From now on it outlives this process; `down` or `endEnclosure` ends it. */
  keep(): void;
  /** Kills everything and resolves when nothing is left. */
  end(): Promise<void>;
}>;

export const cgroupOf = (name: string): string => `heddle-kube-${name}`;

/**
 * Makes the namespaces of a cluster. They end with this process, whatever ends it, unless `keep` is called.
 * Rejects with UsageError when a cluster of that name is there.
 */
export async function createEnclosure(name: string, signal?: AbortSignal): Promise<Enclosure> {
  const directory = join(stateFolder(), name);
  await mkdir(stateFolder(), { recursive: true });
  await sweep();
  await claim(directory, name);
  const logs = join(directory, "logs");
  await mkdir(logs);
  const child = spawn("sh", [supervisor, directory, cgroupOf(name)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => {});
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const end = async (): Promise<void> => {
    child.ref();
    child.stdin.destroy();
    await ended;
    // Only when the supervisor itself was killed is there something left to do.
    await cleanUp(name);
  };
  try {
    const pid = await until("the cluster's namespaces", () => pidIn(join(directory, "init.pid")), {
      signal,
      everyMs: 5,
    });
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    const enter = ["nsenter", "--target", String(pid), "--pid", "--net", "--mount", "--"];
    return {
      name,
      directory,
      logs,
      cgroup: cgroupOf(name),
      pid,
      enter,
      daemon: (daemon, command) => startDaemon(daemon, command, join(logs, `${daemon}.log`)),
      keep: () => void child.stdin.end("keep\n"),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function claim(directory: string, name: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new UsageError(`a cluster "${name}" is there already; take it down first (npm run kube -- down ${name})`);
    throw error;
  }
}

/** Whether the cluster's supervisor lives. A folder without one is what a killed supervisor left. */
export async function isSupervised(name: string): Promise<boolean> {
  const directory = join(stateFolder(), name);
  const pid = await pidIn(join(directory, "supervisor.pid"));
  if (pid === undefined) return isFresh(directory);
  // A pid may be another process's by now: its command line must name the folder.
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return commandLine.split("\0").includes(directory);
}

/** Between the folder's making and the supervisor's first line. */
async function isFresh(directory: string): Promise<boolean> {
  const made = await stat(directory).catch(() => undefined);
  return made !== undefined && Date.now() - made.ctimeMs < 10_000;
}

/** Ends a cluster of any process by its name; false when there is none. */
export async function endEnclosure(name: string): Promise<boolean> {
  const directory = join(stateFolder(), name);
  if ((await stat(directory).catch(() => undefined)) === undefined) return false;
  if (await isSupervised(name)) {
    const pid = await pidIn(join(directory, "supervisor.pid"));
    if (pid !== undefined) process.kill(pid, "SIGTERM");
    await until(`cluster ${name} to end`, async () => !(await isSupervised(name)), { timeoutMs: 60_000 });
  }
  await cleanUp(name);
  return true;
}

/** Removes what clusters left whose supervisor was killed. */
export async function sweep(): Promise<void> {
  for (const name of await enclosureNames()) {
    if (!(await isSupervised(name))) await cleanUp(name);
  }
}

export async function enclosureNames(): Promise<readonly string[]> {
  const { readdir } = await import("node:fs/promises");
  const entries = await readdir(stateFolder(), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function cleanUp(name: string): Promise<void> {
  const directory = join(stateFolder(), name);
  if ((await stat(directory).catch(() => undefined)) === undefined) return;
  const pid = await pidIn(join(directory, "init.pid"));
  if (pid !== undefined && (await isInit(pid, directory))) process.kill(pid, "SIGKILL");
  await run(["sh", supervisor, "--clean", directory, cgroupOf(name)]);
  await rm(directory, { recursive: true, force: true });
}

async function isInit(pid: number, directory: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return commandLine.split("\0").includes(directory);
}

async function pidIn(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Fails early, naming the log's last lines, when a process that should run has ended. */
export function assertRunning(daemons: readonly Daemon[]): void {
  for (const daemon of daemons) {
    const why = daemon.endedWith();
    if (why !== undefined)
      throw new HeddleError(`${daemon.name} ended (${why}):\n${daemon.lastLines()}`, {
        code: "HEDDLE_TEST_KUBE_FAILED",
      });
  }
}
