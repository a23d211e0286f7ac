import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
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

/** What a runtime does with plugins, in C: a process as large as Node's takes longer to start another one than that runs. */
export type Runtime = AsyncDisposable &
  Readonly<{
    /** All at once. Milliseconds from the start of each call to its exit. Rejects when one fails. */
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
  return {
    async callAll(calls) {
      child.stdin.write(`${calls.map(jobOf).join("\n")}\ngo\n`);
      const times: number[] = [];
      for (const { verb, plugin } of calls) {
        const { done, value } = await lines.next();
        if (done === true) throw new Error(`the runtime ended: ${String(await ended)}`);
        const [ms, status, output] = value.split("\t");
        if (status !== "0") throw new Error(`${verb} of ${plugin.executable} ended with ${status}: ${output}`);
        times.push(Number(ms));
      }
      return times;
    },
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

export const referenceFolder = "/usr/lib/cni";

/** `bridge` and `host-local`, as Debian's package has them. Both keep what they hold in `folder`. */
export async function referencePlugin(folder: string, subnet: string): Promise<Plugin> {
  const configPath = join(folder, "reference.json");
  await writeFile(
    configPath,
    JSON.stringify({
      cniVersion: "1.0.0",
      name: "reference",
      type: "bridge",
      bridge: "cni0",
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        dataDir: join(folder, "reference"),
        ranges: [[{ subnet }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    }),
  );
  return { executable: join(referenceFolder, "bridge"), configPath };
}
