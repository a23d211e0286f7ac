import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import { formatAddress, parseAddress } from "../../model/index.ts";
import { until } from "../../../test/kube/until.ts";

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

/**
 * Why this machine cannot run tests of the kernel's network, which need ip(8) and what is named; undefined when it can.
 */
export function whyNoNamespaces(...commands: readonly string[]): string | undefined {
  if (process.platform !== "linux") return "needs Linux: it tests the kernel's own network";
  if (process.getuid?.() !== 0) return "needs root: it makes network namespaces";
  const missing = ["ip", "nsenter", ...commands].find(
    (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0,
  );
  return missing === undefined ? undefined : `needs ${missing}: install the package that has it`;
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

/**
 * Serves a TCP port inside, over both families: whoever connects is told the address that it seems to come from. Ends
 * with the test.
 */
export async function serveEcho(t: Pick<TestContext, "after">, namespace: TestNamespace, port: number): Promise<void> {
  const server = spawn(
    "nsenter",
    [
      `--net=${namespace.path}`,
      "--",
      "socat",
      `TCP6-LISTEN:${port},fork,reuseaddr,ipv6only=0`,
      "SYSTEM:echo $SOCAT_PEERADDR",
    ],
    { stdio: "ignore" },
  );
  t.after(() => server.kill());
  await until("the server listens", () => namespace.run("ss", "-Hltn").includes(`:${port} `), { everyMs: 10 });
}

/** What a server told on a connection from inside; "" when none came about. */
export function ask(namespace: TestNamespace, address: string, port: number): string {
  const host = address.includes(":") ? `TCP6:[${address}]` : `TCP4:${address}`;
  const { stdout } = spawnSync(
    "nsenter",
    [`--net=${namespace.path}`, "--", "socat", "-T2", "-", `${host}:${port},connect-timeout=2`],
    { encoding: "utf8", input: "" },
  );
  const told = parseAddress(stdout.trim().replaceAll(/[[\]]/g, ""));
  return told === undefined ? "" : formatAddress(told).replace(/^::ffff:/, "");
}
