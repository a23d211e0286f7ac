import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { bundleAgent } from "../../scripts/bundle.ts";
import { builtClient } from "../../src/agent/socket/testing/client.ts";
import { askStatus } from "../../src/agent/status/door.ts";
import { makeNamespace, type TestNamespace } from "../../src/agent/testing/namespace.ts";
import { networkOf } from "../../src/agent/testing/node.ts";
import { type AgentStatus, type AttachmentStatus, type JsonObject } from "../../src/model/index.ts";
import { until } from "../kube/index.ts";

const root = join(import.meta.dirname, "../..");
/** A machine that does much else at the same time may take very long. */
export const patience = { timeoutMs: 240_000, everyMs: 20 } as const;

/** A pod as a runtime knows it. */
export type Pod = Readonly<{ id: string; namespace: TestNamespace }>;

/** A pod that was added, and what it was answered. */
export type Living = Pod & Readonly<{ addresses: readonly string[]; hostPort?: number | undefined }>;

export type Answer = Readonly<{
  status: number | null;
  json: Readonly<{ code?: number; msg?: string; details?: string; ips?: readonly Readonly<{ address: string }>[] }>;
}>;

/** A node without Kubernetes whose agent is a process of its own, to be killed. All is gone after the test. */
export type AgentNode = Readonly<{
  folder: string;
  dataFolder: string;
  /** The plugin's. */
  socketPath: string;
  /** The node's own network; another one after `reboot`. */
  namespace(): TestNamespace;
  /** Starts the agent, and answers at once. */
  start(): void;
  /** Resolves when the agent answers. */
  answers(): Promise<void>;
  /** Sends the signal, and resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** The node loses all that a machine loses, but its disk: its network, and which boot it is. The agent must have ended. */
  reboot(): Promise<void>;
  status(): Promise<AgentStatus>;
  rows(): Promise<readonly AttachmentStatus[]>;
  /** Names of the DELs that wait on disk. */
  queued(): readonly string[];
  log(): string;
  /** Calls the installed plugin as a runtime does, by the installed conflist. */
  call(verb: string, pod: Readonly<{ id: string; netns: string }>, rest?: JsonObject): Promise<Answer>;
}>;

export type AgentNodeOptions = Readonly<{
  /** Where the agent's data are to lie; default: in the node's folder. */
  dataFolder?: string;
  subnets?: readonly string[];
}>;

export async function makeAgentNode(t: TestContext, options: AgentNodeOptions = {}): Promise<AgentNode> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-node-"));
  const launcher = await (packed ??= packAgent());
  const { dataFolder = join(folder, "data"), subnets } = options;
  await mkdir(join(folder, "run"));
  const networkPath = join(folder, "network.json");
  await writeFile(networkPath, JSON.stringify(networkOf("heddle", subnets && [...subnets])));
  const [socket, logFile, bootFile] = [join(folder, "run/agent.sock"), join(folder, "agent.log"), join(folder, "boot")];
  const [binDir, confDir] = [join(folder, "bin"), join(folder, "net.d")];
  const log = openSync(logFile, "a");
  let namespace = makeNamespace(t, "node");
  let agent: ChildProcess | undefined;
  let boot = 0;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = once(agent, "exit");
    agent.kill(signal);
    await ended;
  };
  t.after(async () => {
    await end("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });
  const heddle = [process.execPath, launcher, "agent", "--standalone", "--network", networkPath, "--socket", socket];
  const folders = ["--data", dataFolder, "--cni-bin-dir", binDir, "--cni-conf-dir", confDir];
  // What the kernel calls its boot, in a mount namespace that sees the pods' namespaces as they come and go.
  const inBoot = `mount --bind ${bootFile} /proc/sys/kernel/random/boot_id && exec "$@"`;
  const start = (): void => {
    const { path } = namespace;
    const within = ["unshare", "--mount", "--propagation", "slave", "sh", "-c", inBoot, "sh"];
    agent = spawn("nsenter", [`--net=${path}`, "--", ...within, ...heddle, ...folders], {
      stdio: ["ignore", log, log],
    });
  };
  const nameBoot = (): Promise<void> =>
    writeFile(bootFile, `00000000-0000-4000-8000-${String(++boot).padStart(12, "0")}\n`);
  await nameBoot();
  const logged = (): string => readFileSync(logFile, "utf8");
  const ask = async <T>(path: string): Promise<T> =>
    JSON.parse(await askStatus(socket, path, AbortSignal.timeout(patience.timeoutMs))) as T;
  return {
    folder,
    dataFolder,
    socketPath: socket,
    namespace: () => namespace,
    start,
    answers: async () =>
      void (await until(
        "the agent to answer",
        () => ask<AgentStatus>("/status").then(({ plugin }) => plugin.installed),
        {
          ...patience,
          failEarly: () => assert.equal(agent?.exitCode, null, logged().slice(-2_000)),
        },
      )),
    end,
    async reboot() {
      namespace.delete();
      namespace = makeNamespace(t, "node");
      await nameBoot();
    },
    status: () => ask("/status"),
    rows: () => ask("/pods"),
    queued: () => readdirSync(join(dataFolder, "queue")).filter((name) => !name.startsWith(".")),
    log: logged,
    async call(verb, pod, rest) {
      const { plugins, name, cniVersion } = JSON.parse(readFileSync(join(confDir, "05-heddle.conflist"), "utf8"));
      const env = {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: pod.id,
        CNI_NETNS: pod.netns,
        CNI_IFNAME: "eth0",
        CNI_PATH: binDir,
      };
      const child = spawn(join(binDir, "heddle-cni"), {
        env: verb === "GC" ? { CNI_COMMAND: verb, CNI_PATH: binDir } : env,
        stdio: ["pipe", "pipe", "inherit"],
      });
      child.stdin.on("error", () => {});
      child.stdin.end(JSON.stringify({ ...plugins[0], name, cniVersion, ...rest }));
      const [chunks] = await Promise.all([Array.fromAsync(child.stdout), once(child, "close")]);
      const text = Buffer.concat(chunks).toString();
      return { status: child.exitCode, json: text === "" ? {} : JSON.parse(text) };
    },
  };
}

let packed: Promise<string> | undefined;

/** The agent as a package has it, once a process: it starts in a third of the time of its source. Answers what is run. */
async function packAgent(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-package-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const native = join(folder, "dist/native", process.arch);
  await Promise.all([native, join(folder, "bin")].map((path) => mkdir(path, { recursive: true })));
  await bundleAgent(join(folder, "dist"));
  await copyFile(builtClient(), join(native, "heddle-cni"));
  for (const name of ["package.json", "bin/heddle"]) await copyFile(join(root, name), join(folder, name));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return join(folder, "bin/heddle");
}
