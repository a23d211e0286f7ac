import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Clock, type Logger } from "../base/index.ts";
import { type AgentStatus, type JsonObject, type ServerAddress } from "../model/index.ts";
import { openAddressBook } from "./addresses/book.ts";
import { readBootId } from "./addresses/boot-id.ts";
import { type AddressBook } from "./addresses/model.ts";
import { createPodNetwork } from "./attach/network.ts";
import { createNodeBase, type NodeBase } from "./attach/node-base.ts";
import { createNetworkMemory } from "./attach/remembered-networks.ts";
import { createDispatcher, type Dispatcher } from "./cni/dispatch.ts";
import { type CniFolders } from "./install/model.ts";
import { createKernel } from "./kernel/kernel.ts";
import { type Kernel } from "./kernel/model.ts";
import { networkConfigOf } from "./network-file.ts";
import { type NodeWatch } from "./node/model.ts";
import { rememberNode } from "./node/remembered.ts";
import { createNodeRoutes } from "./routes/node-routes.ts";
import { createNft } from "./rules/nft.ts";
import { createNodeTable } from "./rules/node-table.ts";
import { createCounts, type Counts } from "./status/counts.ts";

export type AgentDeps = Readonly<{ clock: Clock; log: Logger; node: NodeWatch }>;

export type AgentOptions = Readonly<{
  version: string;
  nodeName: string;
  /** Without Kubernetes: `network` names the node's own ranges. */
  standalone: boolean;
  /** The plugin's; the status door is beside it. */
  socketPath: string;
  dataFolder: string;
  folders: CniFolders;
  /** The executable that is installed as the plugin. */
  clientPath: string;
  /** The conflist as it is configured; default: the node's podCIDRs and nothing else. */
  network?: JsonObject | undefined;
  exclusive: boolean;
  /** Where metrics are told over TCP besides. Default: nowhere. */
  metricsAddress?: ServerAddress | undefined;
  /** The kernel thread's module, where it is bundled. */
  kernelWorker?: URL | undefined;
  /** The network namespace that is the node's; by default the process's own. */
  home?: string | undefined;
  /** Between two looks whether everything is as it should be. Default 60 s. */
  reconcileEveryMs?: number | undefined;
}>;

/** What an agent is made of, and what it remembers of its own doing. */
export type AgentParts = Readonly<{
  clock: Clock;
  log: Logger;
  node: NodeWatch;
  options: AgentOptions;
  kernel: Kernel;
  book: AddressBook;
  base: NodeBase;
  counts: Counts;
  dispatcher: Dispatcher;
  databasePath: string;
  /** Where the executable leaves DELs while no agent listens. */
  queuePath: string;
  startedAtMs: number;
}> & { recovery: AgentStatus["recovery"] };

/** Opens book, kernel and what is known of the node, and puts the verbs on them; all is closed with `stack`. */
export async function openParts(
  { clock, log, node: watch }: AgentDeps,
  options: AgentOptions,
  stack: AsyncDisposableStack,
): Promise<AgentParts> {
  const { dataFolder, socketPath, nodeName, standalone, home } = options;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o755 });
  const databasePath = databaseOf(options);
  await mkdir(dirname(databasePath), { recursive: true, mode: 0o700 });
  const book = stack.use(openAddressBook({ clock, log }, { path: databasePath, bootId: await readBootId() }));
  const counts = createCounts(clock);
  const { onRefused } = counts;
  const kernel = stack.use(createKernel({ worker: options.kernelWorker, home, onRefused }));
  const node = stack.use(await rememberNode(watch, { path: join(dataFolder, "node.json"), nodeName, log }));
  const nft = createNft(home === undefined ? ["nft"] : ["nsenter", `--net=${home}`, "nft"]);
  const table = createNodeTable({ kernel, nft });
  const memory = createNetworkMemory({ path: join(dataFolder, "networks.json"), log });
  const base = createNodeBase({ kernel, book, node, table, routes: createNodeRoutes({ kernel }), memory, log });
  const network = createPodNetwork({ kernel, book, node, base, log }, { standalone, databasePath });
  const dispatcher = createDispatcher({ network, logger: log, clock, onAnswered: counts.onAnswered });
  const paths = { databasePath, queuePath: join(dataFolder, "queue") };
  const known = { clock, log, node, options, kernel, book, base, counts, dispatcher, ...paths };
  return { ...known, startedAtMs: clock.nowMs(), recovery: { done: [], failed: [] } };
}

/** As the network's configuration says, else beside the agent's other data. */
const databaseOf = ({ network, dataFolder }: AgentOptions): string =>
  (network && networkConfigOf(network).databasePath) ?? join(dataFolder, "agent.db");
