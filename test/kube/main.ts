import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { messageOf, UsageError } from "../../src/base/index.ts";
import { startDetachableKube } from "./cluster.ts";
import { endEnclosure, enclosureNames, isSupervised, sweep } from "./enclosure.ts";
import { stateFolder } from "./folders.ts";
import type { KubeOptions } from "./model.ts";

const help = `Real Kubernetes clusters on this machine, each in network namespaces of its own. Needs Linux and root.

  npm run kube -- up NAME [options]   start a cluster; it runs until "down"
      --nodes N                       kubelets with containerd, 0 to 200 (default 1)
      --cni reference|heddle|none     bridge and host-local, heddle agent, or bring your own (default reference)
      --links 1|2                     2 puts the nodes on two routed links (default 1)
      --ip-families ipv4|dual         dual adds IPv6 (default ipv4)
      --proxy nftables|iptables|none  kube-proxy's mode (default nftables)
      --containerd 1.6|2              Debian's containerd, or 2.1 built from source (default 1.6)
  npm run kube -- list                the clusters that run
  npm run kube -- down NAME | --all   take down one, or all

Exit codes: 0 done, 1 failed, 2 not understood.`;

const options = {
  all: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  nodes: { type: "string" },
  cni: { type: "string" },
  links: { type: "string" },
  "ip-families": { type: "string" },
  proxy: { type: "string" },
  containerd: { type: "string" },
} as const satisfies ParseArgsConfig["options"];

type Values = Readonly<{ [key in keyof typeof options]?: string | boolean }>;

/** What `list` shows, kept in the cluster's folder. */
type ClusterRecord = Readonly<{ name: string; server: string; nodes: number; kubeconfig: string }>;

const recordFile = (name: string): string => join(stateFolder(), name, "cluster.json");

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [verb, name, ...rest] = positionals;
    if (values.help || verb === "help") return say(help);
    if (rest.length > 0) throw new UsageError(`too many names: ${rest.join(" ")}`);
    if (verb === "up") return await up(oneName(name), values);
    if (verb === "down") return await (values.all ? downAll() : down(oneName(name)));
    if (verb === "list") return await list();
    throw new UsageError(verb === undefined ? `say what to do\n\n${help}` : `no command "${verb}": up, down or list`);
  } catch (error) {
    console.error(`error: ${messageOf(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function parse(args: readonly string[]): Readonly<{ values: Values; positionals: readonly string[] }> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

function say(text: string): number {
  console.log(text);
  return 0;
}

function oneName(name: string | undefined): string {
  if (name === undefined) throw new UsageError("name the cluster: npm run kube -- up demo");
  return name;
}

async function up(name: string, values: Values): Promise<number> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => interruption.abort(new Error(`${signal}: taking down what was started`)));
  const startedMs = performance.now();
  const chosen = {
    name,
    ...optionsOf(values),
    signal: interruption.signal,
    onProgress: (what: string) => console.error(`  ${what} …`),
  };
  console.error(`Cluster ${name}:`);
  const { cluster, keep } = await startDetachableKube(chosen);
  const { server, kubeconfigPath: kubeconfig } = cluster;
  const record: ClusterRecord = { name, server, nodes: cluster.nodes.length, kubeconfig };
  await writeFile(recordFile(name), JSON.stringify(record));
  keep();
  console.error(`  ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s at ${server}\n`);
  console.log(kubeconfig);
  console.error(`\nTry:  npm start -- --kubeconfig ${kubeconfig}\nEnd:  npm run kube -- down ${name}`);
  return 0;
}

function optionsOf(values: Values): KubeOptions {
  return {
    nodes: wholeNumber("--nodes", values.nodes ?? "1"),
    cni: oneOf("--cni", values.cni, ["reference", "heddle", "none"]),
    links: oneOf("--links", values.links, ["1", "2"]) === "1" ? 1 : 2,
    ipFamilies: oneOf("--ip-families", values["ip-families"], ["ipv4", "dual"]),
    proxy: oneOf("--proxy", values.proxy, ["nftables", "iptables", "none"]),
    containerd: oneOf("--containerd", values.containerd, ["1.6", "2"]),
    controllers: true,
  };
}

function wholeNumber(option: string, value: string | boolean): number {
  if (typeof value !== "string" || !/^\d+$/.test(value))
    throw new UsageError(`${option} takes a number, not "${value}"`);
  return Number(value);
}

/** The first is the default. */
function oneOf<T extends string>(option: string, value: string | boolean | undefined, known: readonly [T, ...T[]]): T {
  if (value === undefined) return known[0];
  const found = known.find((word) => word === value);
  if (found === undefined) throw new UsageError(`${option} takes ${known.join(" or ")}, not "${value}"`);
  return found;
}

async function down(name: string): Promise<number> {
  if (!(await endEnclosure(name))) {
    const running = await enclosureNames();
    const others = running.length === 0 ? "none runs" : `running: ${running.join(", ")}`;
    throw new UsageError(`no cluster "${name}" (${others})`);
  }
  console.error(`${name} is down.`);
  return 0;
}

async function downAll(): Promise<number> {
  const names = await enclosureNames();
  for (const name of names) await down(name);
  if (names.length === 0) console.error("No cluster runs.");
  return 0;
}

async function list(): Promise<number> {
  await sweep();
  const rows: string[][] = [];
  for (const name of await enclosureNames()) {
    const record = await readRecord(name);
    const state = (await isSupervised(name)) ? (record === undefined ? "in a test, or starting" : "running") : "gone";
    rows.push([name, state, String(record?.nodes ?? ""), record?.server ?? "", record?.kubeconfig ?? ""]);
  }
  if (rows.length === 0) console.error("No cluster runs. Start one: npm run kube -- up demo");
  else console.log(table([["NAME", "STATE", "NODES", "SERVER", "KUBECONFIG"], ...rows]));
  return 0;
}

async function readRecord(name: string): Promise<ClusterRecord | undefined> {
  const text = await readFile(recordFile(name), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ClusterRecord);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
