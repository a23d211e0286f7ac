import { existsSync, globSync, mkdirSync, renameSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { buildNative } from "../../scripts/native.ts";
import type { Identity } from "./control-plane.ts";
import type { KubeNode, NodeAgent } from "./model.ts";
import { type Daemon, run, startDaemon } from "./process.ts";
import { readBody } from "./request.ts";

const root = join(import.meta.dirname, "../..");
const launcher = join(root, "bin/heddle");
const rbacBase = "rbac.authorization.k8s.io/v1";
/** Who nodes' agents are to the API server, when the harness starts them. */
export const agentUser = "heddle-agent";
/** In every node's /etc/kubernetes. */
export const agentKubeconfig = "/etc/kubernetes/heddle-agent.kubeconfig";

/** Compiles the plugin's executable into dist/ where that is missing or older than its source. */
export function ensureClient(): void {
  const folder = join(root, "dist/native", process.arch);
  const outFile = join(folder, "heddle-cni");
  const sources = globSync(join(root, "native/*.[ch]"));
  const newestMs = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(outFile) && statSync(outFile).mtimeMs >= newestMs) return;
  mkdirSync(folder, { recursive: true });
  const temporary = `${outFile}.${process.pid}`;
  buildNative({ outFile: temporary });
  renameSync(temporary, outFile);
}

type Manifest = Readonly<{ kind: string; metadata: Readonly<{ name: string }>; [field: string]: unknown }>;

/** Gives the agents' user what the shipped manifest gives the agents' service account, and no more. */
export async function bindAgents(identity: Identity): Promise<void> {
  const access = { ca: identity.authority.cert, token: identity.tokens.admin };
  const text = await readFile(join(root, "deploy/agent/daemonset.yaml"), "utf8");
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const role = manifests.find(({ kind }) => kind === "ClusterRole");
  if (role === undefined) throw new Error("deploy/agent/daemonset.yaml has no ClusterRole");
  const binding = {
    apiVersion: rbacBase,
    kind: "ClusterRoleBinding",
    metadata: { name: agentUser },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: agentUser }],
  };
  await readBody(`${identity.server}/apis/${rbacBase}/clusterroles`, { ...access, json: role });
  await readBody(`${identity.server}/apis/${rbacBase}/clusterrolebindings`, { ...access, json: binding });
}

/** Starts `heddle agent` in the node: the source, or with HEDDLE_BUNDLE=1 what `npm run build` made. */
export function startAgent({ name, enter, directory }: Pick<KubeNode, "name" | "enter" | "directory">): NodeAgent {
  const logFile = join(directory, "logs", "heddle-agent.log");
  const heddle = [...enter, process.execPath, launcher, "agent"];
  const launch = (args: readonly string[]): Daemon =>
    startDaemon("heddle-agent", [...heddle, "--kubeconfig", agentKubeconfig, "--node", name, ...args], logFile);
  let daemon = launch([]);
  return {
    logFile,
    pid: () => daemon.pid(),
    async stop(signal = "SIGTERM") {
      daemon.signal(signal);
      return daemon.untilEnded();
    },
    start(args = []) {
      if (daemon.endedWith() === undefined) throw new Error(`the agent of ${name} runs already`);
      daemon = launch(args);
    },
    ask: (args) => run([...heddle, ...args]),
  };
}
