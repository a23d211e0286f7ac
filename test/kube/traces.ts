import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { cgroupOf } from "./enclosure.ts";
import { stateFolder } from "./folders.ts";
import { run } from "./process.ts";

/** The namespaces that processes of one cluster were seen in, pods included: their kernel names ("net:[4026532]"). */
export type SeenNamespaces = ReadonlySet<string>;

const kinds = ["pid", "net", "mnt", "uts"] as const;

/** Everything in the machine that belongs to the cluster: sentences for people; empty when nothing is left. */
export async function tracesOf(name: string, seen: SeenNamespaces): Promise<readonly string[]> {
  const directory = join(stateFolder(), name);
  const [processes, links, mounts, groups, folders] = await Promise.all([
    processesOf(directory, seen),
    run(["ip", "-o", "link", "show"]),
    readFile("/proc/self/mountinfo", "utf8"),
    cgroupsOf(name),
    readdir(stateFolder()),
  ]);
  return [
    ...processes,
    ...linksWith(links, seen),
    ...mounts
      .split("\n")
      .filter((line) => line.includes(directory))
      .map((line) => `mount ${line}`),
    ...groups.map((group) => `control group ${group}`),
    ...folders.filter((folder) => folder === name).map((folder) => `folder ${folder}`),
  ];
}

/** Links of the host's namespace that the cluster claimed; `seen` carries the name as "link:hdl1". */
const linksWith = (links: string, seen: SeenNamespaces): readonly string[] =>
  links
    .split("\n")
    .map((line) => /^\d+: ([^@:]+)/.exec(line)?.[1])
    .filter((link) => link !== undefined && seen.has(`link:${link}`))
    .map((link) => `link ${link}`);

async function cgroupsOf(name: string): Promise<readonly string[]> {
  const found = await run(["find", "/sys/fs/cgroup", "-type", "d", "-path", `*/${cgroupOf(name)}*`]);
  return found.split("\n").filter(Boolean);
}

/** Processes in the given namespaces, or whose command names the folder. */
export async function processesOf(directory: string, seen: SeenNamespaces = new Set()): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await pids()) {
    const own = await namespacesOf(pid);
    const command = await commandOf(pid);
    if (own.some((namespace) => seen.has(namespace)) || command.includes(directory))
      found.push(`process ${pid} ${command}`);
  }
  return found;
}

/** Collects the namespaces of the cluster's processes while it runs, by ancestry from the given pids. */
export async function seeNamespaces(name: string, roots: readonly number[]): Promise<SeenNamespaces> {
  const seen = new Set<string>();
  const ours = new Set(roots);
  const parents = new Map<number, number>();
  for (const pid of await pids()) parents.set(pid, await parentOf(pid));
  for (let grown = true; grown;) {
    const before = ours.size;
    for (const [pid, parent] of parents) if (ours.has(parent)) ours.add(pid);
    grown = ours.size > before;
  }
  const host = new Set(await namespacesOf(process.pid));
  for (const pid of ours) {
    for (const namespace of await namespacesOf(pid)) if (!host.has(namespace)) seen.add(namespace);
  }
  seen.add(`link:${await readFile(join(stateFolder(), name, "link"), "utf8")}`);
  return seen;
}

async function pids(): Promise<readonly number[]> {
  return (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
}

const commandOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").trim();

async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

async function namespacesOf(pid: number): Promise<readonly string[]> {
  const links = await Promise.all(kinds.map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => "")));
  return links.filter(Boolean);
}
