import { type AgentStatus, type AttachmentStatus } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";
import { createLayout } from "../output/layout.ts";

/** `heddle agent status`: facts first, then what is wrong here, then what is wrong elsewhere. */
export function agentStatusText(status: AgentStatus, nowMs: number): string {
  const { plugin, database, apiServer, bridges, lastError, recovery } = status;
  const facts: readonly (readonly [string, string])[] = [
    [
      "Agent",
      `heddle ${status.version} on ${status.node}, process ${status.pid}, for ${ageOf(status.startedAt, nowMs)}`,
    ],
    [
      "Plugin",
      plugin.installed
        ? `heddle-cni ${status.version} installed in ${plugin.binDir} (${plugin.foundBy}), CNI ${plugin.cniVersion}`
        : `not installed as it should be in ${plugin.binDir} (${plugin.foundBy})`,
    ],
    ["Conflist", `in ${plugin.confDir}${plugin.before.length === 0 ? "" : `, behind ${plugin.before.join(", ")}`}`],
    ["Kubernetes", kubernetesWords(apiServer)],
    ...bridges.map(
      ({ name, up, addresses }) => ["Bridge", `${name} ${up ? "up" : "down"}, ${addresses.join(", ")}`] as const,
    ),
    ["Database", `${database.path}${database.setAside === undefined ? "" : `; a damaged one is ${database.setAside}`}`],
    ...(status.nodes.length === 0 ? [] : [["Nodes", nodesWords(status.nodes)] as const]),
    ["Pods", podsWords(status)],
    ...status.ranges.map(
      ({ first, last, used, free }) => ["Addresses", `${used} used, ${free} free of ${first} to ${last}`] as const,
    ),
    [
      "Last error",
      lastError === undefined
        ? "none"
        : `${ageOf(lastError.at, nowMs)} ago, ${lastError.verb}: ${lastError.message} (code ${lastError.code})`,
    ],
    ...(recovery.done.length === 0 ? [] : [["Mended", recovery.done.join("; ")] as const]),
  ];
  const lines = facts.map(([name, value]) => `${`${name}:`.padEnd(13)}${value}\n`);
  return [...lines, ...section("Problems", status.problems), ...section("Warnings", status.warnings)].join("");
}

const section = (title: string, sentences: readonly string[]): readonly string[] =>
  sentences.length === 0 ? [] : [`\n${title}:\n`, ...sentences.map((one) => `  ${one}\n`)];

const podsWords = ({ pods, attachments }: AgentStatus): string =>
  pods === attachments ? String(pods) : `${pods}, with ${attachments} interfaces`;

function nodesWords(nodes: AgentStatus["nodes"]): string {
  const count = (by: string): number => new Set(nodes.filter((node) => node.by === by).map(({ name }) => name)).size;
  return `${count("link")} by the shared link, ${count("tunnel")} through the tunnel, ${count("none")} not reached`;
}

function kubernetesWords({ followed, error, podCidrs }: AgentStatus["apiServer"]): string {
  const cidrs = podCidrs.length === 0 ? "no podCIDR" : `podCIDRs ${podCidrs.join(", ")}`;
  if (error !== undefined) return `${cidrs}; not followed: ${error}`;
  return followed ? cidrs : "none (standalone)";
}

type TableOptions = Readonly<{ nowMs: number; headers: boolean }>;

/** `heddle agent pods`: a row an attachment. */
export function podsTable(attachments: readonly AttachmentStatus[], { nowMs, headers }: TableOptions): string {
  const rows = attachments.map((one) => [
    one.namespace ?? "-",
    one.pod ?? "-",
    one.network,
    one.interface,
    one.addresses.join(","),
    one.hostInterface,
    one.containerId.slice(0, 12),
    ageOf(one.since, nowMs),
  ]);
  const header = ["NAMESPACE", "POD", "NETWORK", "INTERFACE", "ADDRESSES", "HOST INTERFACE", "CONTAINER", "AGE"];
  return createLayout().lines([...(headers ? [header] : []), ...rows]);
}

/** `heddle agent ips`: a row an address that is held, then what is free of each range. */
export function addressesTable(
  { attachments, ranges }: Readonly<{ attachments: readonly AttachmentStatus[]; ranges: AgentStatus["ranges"] }>,
  { headers }: Pick<TableOptions, "headers">,
): string {
  const rows = attachments.flatMap((one) =>
    one.addresses.map((address) => [address, one.namespace ?? "-", one.pod ?? "-", one.interface, one.mac]),
  );
  const header = ["ADDRESS", "NAMESPACE", "POD", "INTERFACE", "MAC"];
  const table = rows.length === 0 ? "" : createLayout().lines([...(headers ? [header] : []), ...rows]);
  const usage = ranges.map(
    ({ first, last, used, resting, free }) =>
      `${first} to ${last}: ${used} used, ${free} free${resting === 0 ? "" : `, ${resting} of them resting`}\n`,
  );
  return headers ? [table, usage.join("")].filter(Boolean).join("\n") : table;
}
