import { hostname } from "node:os";
import { resolve } from "node:path";
import { abortable, nearestWord, UsageError } from "../../base/index.ts";
import { type AttachmentStatus, parseServerAddress, toYaml } from "../../model/index.ts";
import { type AgentStart } from "../agent/port.ts";
import { addressesTable, agentStatusText, podsTable } from "../agent/tables.ts";
import { type CommandCall } from "../command.ts";

const defaults = { socket: "/run/heddle/agent.sock", data: "/var/lib/heddle" } as const;

/** `heddle agent`: runs a node's agent until it is stopped; `status`, `pods`, `ips` ask the one that runs. */
export async function run(call: CommandCall): Promise<number> {
  const [action = "run"] = call.args;
  const act = actions[action];
  if (act !== undefined) return act(call);
  const near = nearestWord(action, Object.keys(actions));
  throw new UsageError(
    `heddle agent has no action "${action}"${near === undefined ? "" : `: did you mean ${near}?`} There are status, pods, ips, uninstall`,
  );
}

const actions: Readonly<Record<string, (call: CommandCall) => Promise<number>>> = {
  run: runAgent,
  status: showStatus,
  pods: showPods,
  ips: showAddresses,
  uninstall,
};

async function runAgent(call: CommandCall): Promise<number> {
  const { ports, output, signal } = call;
  const options = startOptions(call);
  try {
    await using agent = await ports.agent.start(options, signal);
    const { folders } = agent;
    output.note(`the agent of ${options.nodeName} listens at ${options.socketPath}`);
    await abortable(Promise.race([agent.installed, agent.lost]), signal);
    output.note(
      `the plugin is installed in ${folders.binDir} and ${folders.confDir} (${folders.because}): pods can come`,
    );
    await abortable(agent.lost, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 0;
}

function startOptions({ flags, fleet, ports: { env } }: CommandCall): AgentStart {
  const standalone = flags.on("standalone");
  const { kubeconfigPath, contexts, verbose } = fleet;
  if (contexts.length > 1) throw new UsageError("a node has one cluster: give one --context");
  if (standalone && (kubeconfigPath !== undefined || contexts.length > 0))
    throw new UsageError("--standalone is without Kubernetes: leave --kubeconfig and --context out");
  if (standalone && !flags.has("network"))
    throw new UsageError("--standalone knows no podCIDR: give this node's ranges by --network");
  const [context] = contexts;
  const metrics = flags.text("metricsAddress");
  return {
    nodeName: flags.text("node") ?? (env["NODE_NAME"] || hostname().toLowerCase()),
    standalone,
    kubeconfigPath,
    context,
    socketPath: socketOf(flags),
    dataFolder: resolve(flags.text("data") ?? defaults.data),
    ...foldersOf(flags),
    networkPath: flags.text("network"),
    exclusive: flags.on("exclusive"),
    ...(metrics !== undefined && { metricsAddress: parseServerAddress(metrics, "--metrics-address") }),
    verbose,
  };
}

const socketOf = (flags: CommandCall["flags"]): string => resolve(flags.text("socket") ?? defaults.socket);

function foldersOf(flags: CommandCall["flags"]): Pick<AgentStart, "confDir" | "binDir"> {
  const [confDir, binDir] = [flags.text("cniConfDir"), flags.text("cniBinDir")];
  return { ...(confDir && { confDir: resolve(confDir) }), ...(binDir && { binDir: resolve(binDir) }) };
}

async function showStatus(call: CommandCall): Promise<number> {
  const { ports, signal, flags } = call;
  const print = printer(call);
  const status = await ports.agent.status(socketOf(flags), signal);
  await print(status, () => agentStatusText(status, ports.clock.nowMs()));
  return status.problems.length === 0 ? 0 : 1;
}

async function showPods(call: CommandCall): Promise<number> {
  const { ports, signal, flags, output } = call;
  const print = printer(call);
  const attachments = inNamespace(flags, await ports.agent.attachments(socketOf(flags), signal));
  const headers = !flags.on("noHeaders");
  await print(attachments, () =>
    attachments.length === 0 ? "" : podsTable(attachments, { nowMs: ports.clock.nowMs(), headers }),
  );
  if (attachments.length === 0) {
    const namespace = flags.text("namespace");
    output.note(`No pod${namespace === undefined ? "" : ` of ${namespace}`} has its network from this agent.`);
  }
  return 0;
}

async function showAddresses(call: CommandCall): Promise<number> {
  const { ports, signal, flags } = call;
  const print = printer(call);
  const socket = socketOf(flags);
  const [{ ranges }, all] = await Promise.all([
    ports.agent.status(socket, signal),
    ports.agent.attachments(socket, signal),
  ]);
  const attachments = inNamespace(flags, all);
  await print({ attachments, ranges }, () =>
    addressesTable({ attachments, ranges }, { headers: !flags.on("noHeaders") }),
  );
  return 0;
}

function inNamespace(
  flags: CommandCall["flags"],
  attachments: readonly AttachmentStatus[],
): readonly AttachmentStatus[] {
  const namespace = flags.text("namespace");
  return namespace === undefined ? attachments : attachments.filter((one) => one.namespace === namespace);
}

async function uninstall({ ports, flags, output, signal }: CommandCall): Promise<number> {
  const done = await ports.agent.uninstall(foldersOf(flags));
  for (const line of done) await output.write(`${line}\n`);
  if (done.length === 0) output.note("nothing of Heddle's is installed there");
  const socket = socketOf(flags);
  const running = await ports.agent.status(socket, signal).catch(() => undefined);
  if (running !== undefined)
    output.note(`warning: the agent at ${socket} runs, process ${running.pid}: it installs again until it is stopped`);
  return 0;
}

const formats = ["table", "json", "yaml"];

type Print = (value: object, table: () => string) => Promise<void>;

/** Refuses a format before anybody is asked. */
function printer({ flags, output }: CommandCall): Print {
  const format = flags.text("output") ?? "table";
  if (!formats.includes(format)) throw new UsageError(`-o ${format}: expected one of ${formats.join(", ")}`);
  return async (value, table) => {
    if (format === "table") await output.write(table());
    else
      await output.write(
        format === "json" ? `${JSON.stringify(value, undefined, 4)}\n` : toYaml(JSON.parse(JSON.stringify(value))),
      );
  };
}
