import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type JsonObject } from "../../../src/model/index.ts";
import { compiled } from "./compile.ts";

/** A plugin as a runtime knows it: where it is, and what it is given. */
export type Plugin = Readonly<{
  executable: string;
  /** A file with the network's configuration: the plugin's standard input. */
  configPath: string;
}>;

export type Verb = "ADD" | "DEL" | "STATUS" | "VERSION";

/** `netns` is the namespace's path. */
export type Call = Readonly<{ plugin: Plugin; verb: Verb; containerId: string; netns: string }>;

/** How long a plugin ran, and what it printed. */
export type Outcome = Readonly<{ ms: number; output: string }>;

/** What a runtime does with plugins, in C: a process as large as Node's takes longer to start another one than that runs. */
export type Runtime = AsyncDisposable &
  Readonly<{
    /** All at once. What each took and said, in their order. Rejects when one fails. */
    call(calls: readonly Call[]): Promise<readonly Outcome[]>;
    /** The same; milliseconds from the start of each to its exit. */
    callAll(calls: readonly Call[]): Promise<readonly number[]>;
  }>;

/** `enter`: how one gets to where the runtime shall be, as `nsenter --net=… --`. */
export function startRuntime(enter: readonly string[]): Runtime {
  const [file = "", ...args] = [...enter, compiled("runtime")];
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  ended.catch(() => {});
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const call = async (calls: readonly Call[]): Promise<readonly Outcome[]> => {
    child.stdin.write(`${calls.map(jobOf).join("\n")}\ngo\n`);
    const outcomes: Outcome[] = [];
    for (const { verb, plugin } of calls) {
      const { done, value } = await lines.next();
      if (done === true) throw new Error(`the runtime ended: ${String(await ended)}`);
      const [ms, status, output = ""] = value.split("\t");
      if (status !== "0") throw new Error(`${verb} of ${plugin.executable} ended with ${status}: ${output}`);
      outcomes.push({ ms: Number(ms), output });
    }
    return outcomes;
  };
  return {
    call,
    callAll: async (calls) => (await call(calls)).map(({ ms }) => ms),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

const jobOf = ({ plugin: { executable, configPath }, verb, containerId, netns }: Call): string =>
  [
    "job",
    configPath,
    executable,
    `CNI_COMMAND=${verb}`,
    `CNI_CONTAINERID=${containerId}`,
    `CNI_NETNS=${netns}`,
    "CNI_IFNAME=eth0",
    `CNI_PATH=${executable.replace(/\/[^/]*$/, "")}`,
    `CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${containerId}`,
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
  ].join("\t");

const referenceFolder = "/usr/lib/cni";

/** `bridge` and `host-local` with addresses of `subnet`, as the test bed's `--cni reference` has them. */
export const referenceNetwork = (subnet: string): JsonObject => ({
  type: "bridge",
  bridge: "cni0",
  isGateway: true,
  hairpinMode: true,
  ipam: { type: "host-local", ranges: [[{ subnet }]], routes: [{ dst: "0.0.0.0/0" }] },
});

/** The same as Debian's package has it; what it holds is kept in `folder`. */
export async function referencePlugin(folder: string, subnet: string): Promise<Plugin> {
  const configPath = join(folder, "reference.json");
  const { ipam, ...rest } = referenceNetwork(subnet);
  const held = { ...(ipam as JsonObject), dataDir: join(folder, "reference") };
  await writeFile(configPath, JSON.stringify({ cniVersion: "1.0.0", name: "reference", ...rest, ipam: held }));
  return { executable: join(referenceFolder, "bridge"), configPath };
}
