import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  type Clock,
  createLogger,
  HeddleError,
  type Logger,
  messageOf,
  systemRandom,
  UsageError,
} from "../base/index.ts";
import {
  applyInstall,
  askStatus,
  type CniFolders,
  explainStep,
  findFolders,
  type NodeWatch,
  observeFolders,
  parseNetworkFile,
  planUninstall,
  standaloneNode,
  startAgent,
  watchNode,
} from "../agent/index.ts";
import { type AgentPort, type AgentStart } from "../cli/index.ts";
import {
  accessFromContext,
  type ClusterAccess,
  createCluster,
  inClusterAccess,
  loadKubeconfig,
} from "../cluster/index.ts";
import { parseClusterId } from "../model/index.ts";
import { heddleVersion } from "./version.ts";

export type AgentSurroundings = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  stderr: NodeJS.WritableStream;
  clock: Clock;
}>;

/** The agent's commands on this node. */
export const agentPort = (surroundings: AgentSurroundings): AgentPort => ({
  start: (options, signal) => start(surroundings, options, signal),
  status: async (socketPath, signal) => JSON.parse(await askStatus(socketPath, "/status", signal)),
  attachments: async (socketPath, signal) => JSON.parse(await askStatus(socketPath, "/pods", signal)),
  async uninstall(given) {
    const folders = foldersOf(given);
    const steps = planUninstall({ folders }, await observeFolders(folders));
    await applyInstall(steps);
    return steps.map(explainStep);
  },
});

async function start(
  surroundings: AgentSurroundings,
  options: AgentStart,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<AgentPort["start"]>>> {
  const { clock, stderr } = surroundings;
  refuseUnlessRoot();
  const log = await createLogger({ level: options.verbose ? "debug" : "info", destination: stderr });
  const network = options.networkPath === undefined ? undefined : await readNetwork(options.networkPath);
  const folders = foldersOf(options);
  await using parts = new AsyncDisposableStack();
  const node = await openNode(surroundings, { options, log, parts });
  const agent = parts.use(
    await startAgent(
      { clock, log, node },
      {
        version: heddleVersion(),
        nodeName: options.nodeName,
        standalone: options.standalone,
        socketPath: options.socketPath,
        dataFolder: options.dataFolder,
        folders,
        clientPath: clientPath(),
        network,
        exclusive: options.exclusive,
        metricsAddress: options.metricsAddress,
        kernelWorker: kernelWorker(),
      },
      signal,
    ),
  );
  const ending = parts.move();
  return {
    folders,
    installed: agent.installed,
    lost: agent.lost,
    [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose](),
  };
}

function refuseUnlessRoot(): void {
  if (process.platform !== "linux")
    throw new HeddleError(`the agent is for Linux nodes; this is ${process.platform}`, {
      code: "HEDDLE_AGENT_NOT_LINUX",
    });
  if (process.getuid?.() !== 0)
    throw new HeddleError("the agent makes interfaces in pods' namespaces: run it as root", {
      code: "HEDDLE_AGENT_NOT_ROOT",
    });
}

/** Undefined for an empty file: a manifest's way to say that there is nothing to configure. */
async function readNetwork(path: string): Promise<ReturnType<typeof parseNetworkFile> | undefined> {
  try {
    const text = await readFile(path, "utf8");
    return text.trim() === "" ? undefined : parseNetworkFile(text, path);
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    throw new UsageError(`--network ${path} cannot be read: ${messageOf(error)}`);
  }
}

type Opening = Readonly<{ options: AgentStart; log: Logger; parts: AsyncDisposableStack }>;

/** What tells the agent about its node: nothing is asked of the API server beyond nodes and this node's pods. */
async function openNode(surroundings: AgentSurroundings, { options, log, parts }: Opening): Promise<NodeWatch> {
  if (options.standalone) return standaloneNode();
  const { clock } = surroundings;
  const cluster = parts.use(
    createCluster(
      { clock, random: systemRandom, log },
      {
        id: parseClusterId("node"),
        access: await accessOf(surroundings, options),
        userAgent: `heddle-agent/${heddleVersion()}`,
      },
    ),
  );
  return watchNode({ cluster, log }, { nodeName: options.nodeName });
}

async function accessOf(
  { env, clock }: AgentSurroundings,
  { kubeconfigPath, context }: AgentStart,
): Promise<ClusterAccess> {
  const deps = { env, clock };
  if (kubeconfigPath === undefined && env["KUBERNETES_SERVICE_HOST"] !== undefined) return inClusterAccess(deps);
  if (kubeconfigPath === undefined)
    throw new UsageError(
      "the agent runs in no pod: give it the API server by --kubeconfig, or --standalone without Kubernetes",
    );
  const kubeconfig = await loadKubeconfig([kubeconfigPath]);
  const chosen = context ?? kubeconfig.currentContext;
  if (chosen === undefined) throw new UsageError(`${kubeconfigPath} has no current context: name one by --context`);
  return accessFromContext(kubeconfig, chosen, deps);
}

const foldersOf = ({ confDir, binDir }: Pick<AgentStart, "confDir" | "binDir">): CniFolders => {
  if (confDir !== undefined && binDir !== undefined) return { confDir, binDir, because: "as told" };
  const found = findFolders({
    exists: existsSync,
    read: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
  });
  return { ...found, ...(confDir !== undefined && { confDir }), ...(binDir !== undefined && { binDir }) };
};

const isSource = import.meta.url.endsWith(".ts");

/** Beside the bundle; in a checkout where the build puts it. */
function clientPath(): string {
  const path = fileURLToPath(new URL(`${isSource ? "../../dist/" : ""}native/${process.arch}/heddle-cni`, base()));
  if (existsSync(path)) return path;
  throw new HeddleError(
    `the plugin's executable ${path} is missing: ${isSource ? "npm run build makes it, with a C compiler" : "this package was built without a C compiler"}`,
    { code: "HEDDLE_AGENT_CLIENT_MISSING" },
  );
}

const kernelWorker = (): URL | undefined => (isSource ? undefined : new URL("kernel-worker.js", base()));

/** The folder of the bundle: this module may be in its chunks. */
const base = (): string => import.meta.url.replace(/\/chunks\/[^/]*$/, "/");
