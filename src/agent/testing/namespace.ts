import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";

/** A network namespace of a test's own. */
export type TestNamespace = Readonly<{
  name: string;
  /** Where it is mounted: what a runtime would hand to a plugin. */
  path: string;
  /** Runs a command inside and answers what it printed. Throws when it fails. */
  run(...command: readonly string[]): string;
  /** True when the command succeeds inside. */
  succeeds(...command: readonly string[]): boolean;
  /** Reads `ip -j …`'s answer. */
  ip(...args: readonly string[]): readonly Record<string, unknown>[];
  delete(): void;
}>;

/** Why this machine cannot run tests of the kernel's network; undefined when it can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== "linux") return "needs Linux: it tests the kernel's own network";
  if (process.getuid?.() !== 0) return "needs root: it makes network namespaces";
  const { error } = spawnSync("ip", ["-V"]);
  return error === undefined ? undefined : "needs ip(8): install iproute2";
}

/** Makes an empty namespace, which goes after the test, and everything in it. */
export function makeNamespace(t: Pick<TestContext, "after">, label = "n"): TestNamespace {
  const name = `hdl-t${randomBytes(4).toString("hex")}-${label}`;
  const path = `/run/netns/${name}`;
  command(["ip", "netns", "add", name]);
  const enter = ["nsenter", `--net=${path}`, "--"];
  const remove = (): void => void spawnSync("ip", ["netns", "delete", name]);
  t.after(remove);
  const run = (...args: readonly string[]): string => command([...enter, ...args]);
  return {
    name,
    path,
    run,
    succeeds: (...args) => spawnSync(enter[0] ?? "", [...enter.slice(1), ...args]).status === 0,
    ip: (...args) => {
      const answer: readonly Record<string, unknown>[] = JSON.parse(run("ip", "-j", "-d", ...args) || "[]");
      return answer;
    },
    delete: remove,
  };
}

function command([file = "", ...args]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}
