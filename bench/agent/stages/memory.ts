import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type KubeCluster, type KubeNode, startKube } from "../../../test/kube/index.ts";
import { fillPods } from "../../cluster.ts";
import { type Figure, median } from "../../model.ts";
import { type AgentOptions, type BenchAgent, startAgent } from "../world/agent.ts";
import { openNamespaces } from "../world/namespaces.ts";
import { type Resident, residentOf } from "../world/resident.ts";
import { type Plugin, startRuntime } from "../world/runtime.ts";
import { type Stage, type StageContext } from "./model.ts";

/** A Node of so many addresses; the harness's have 254. */
const nodeName = "large";
const podCidr = "10.200.0.0/20";
const atOnce = 10;
const restarts = 3;

/**
 * The agent in a node of a real cluster, its API server asked as a pod asks it: how much it holds at rest and with a full
 * node, and how long it takes to find a full node in order, and to mend it, after kill -9.
 */
export const memoryStage: Stage = async (context) => {
  const { signal, settings, say } = context;
  const count = settings.nodePods;
  await using cluster = await startKube({ nodes: 1, cni: "none", containerd: "2", controllers: false, signal });
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error("the cluster has no node");
  await addNode(cluster);
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const options: AgentOptions = {
    enter: [...node.enter, ...(await inClusterEnvironment(cluster, node))],
    folder,
    args: ["--node", nodeName],
    signal,
  };
  const namespaces = openNamespaces(node.enter);
  const runtime = parts.use(startRuntime(node.enter));
  const figures: Figure[] = [];
  {
    await using agent = await startAgent(options);
    const paths = await namespaces.make(count);
    await settle(context);
    figures.push(...memoryFigures("at rest", await residentOf(agent.pid), 80));
    await fillPods(cluster, {
      count,
      say,
      adapt: (pod) => ({ ...pod, spec: { ...(pod["spec"] as object), nodeName } }),
    });
    for (let first = 0; first < count; first += atOnce)
      await runtime.callAll(
        paths.slice(first, first + atOnce).map((netns, index) => callOf(agent.plugin, first + index, netns)),
      );
    await settle(context);
    figures.push(...memoryFigures(`with ${count.toLocaleString("en")} pods`, await residentOf(agent.pid), 110));
  }
  const clean: Start[] = [];
  const damaged: Start[] = [];
  for (let turn = 0; turn < restarts; turn++) {
    clean.push(await restart(options));
    await node.exec(["ip", "neigh", "flush", "nud", "permanent", "dev", "cni-bridge0"]);
    damaged.push(await restart(options));
    say(`restart ${turn + 1}: ${words(clean.at(-1))}; ${words(damaged.at(-1))} with all to mend`);
  }
  const label = `process start → ${count.toLocaleString("en")} pods reconciled and the plugin answers`;
  return [
    ...figures,
    ...startFigures(`${label}: all in order`, clean),
    ...startFigures(`${label}: every pod's neighbour entry to mend`, damaged),
  ];
};

const callOf = (plugin: Plugin, index: number, netns: string) =>
  ({ plugin, verb: "ADD", containerId: `${index}`.padStart(64, "0"), netns }) as const;

/** A start on what the agent before left: how long, and how much of a processor's time. */
type Start = Pick<BenchAgent, "startedMs" | "startedCpuMs">;

async function restart(options: AgentOptions): Promise<Start> {
  await using agent = await startAgent(options);
  return agent;
}

const words = (start: Start | undefined): string =>
  `${start?.startedMs.toFixed(0)} ms (CPU ${start?.startedCpuMs.toFixed(0)} ms)`;

function startFigures(label: string, starts: readonly Start[]): readonly Figure[] {
  return [
    { label, value: median(starts.map(({ startedMs }) => startedMs)), unit: "ms", target: "≤ 2,000" },
    {
      label: "the processor's time for it",
      value: median(starts.map(({ startedCpuMs }) => startedCpuMs)),
      unit: "ms",
    },
  ];
}

const settle = ({ settings, signal }: StageContext): Promise<void> =>
  sleep(settings.settleSeconds * 1_000, undefined, { signal });

function memoryFigures(
  when: string,
  { rssMb, rollupMb, pssMb, anonymousMb }: Resident,
  mostMb: number,
): readonly Figure[] {
  return [
    { label: `resident ${when} (VmRSS)`, value: rssMb, unit: "MB", target: `≤ ${mostMb}` },
    { label: `resident ${when}, Rss of smaps_rollup`, value: rollupMb, unit: "MB" },
    { label: `resident ${when}, Pss: files that others map too in parts`, value: pssMb, unit: "MB" },
    { label: `resident ${when}, anonymous`, value: anonymousMb, unit: "MB" },
  ];
}

async function addNode(cluster: KubeCluster): Promise<void> {
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: nodeName },
    spec: { podCIDR: podCidr, podCIDRs: [podCidr] },
  };
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(node) });
}

/** The shipped manifest's service account, its token where the kubelet puts it, and the variables that a pod has. */
async function inClusterEnvironment(cluster: KubeCluster, node: KubeNode): Promise<readonly string[]> {
  // Nothing makes its pods here: the cluster has no controllers.
  await cluster.kubectl(["apply", "-f", join(import.meta.dirname, "../../../deploy/agent/daemonset.yaml")]);
  const account = { namespace: "kube-system", name: "heddle-agent" };
  const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  const token = await cluster.serviceAccountToken(account);
  const files = { token, "ca.crt": cluster.ca, namespace: account.namespace };
  await node.exec(["mkdir", "-p", folder]);
  for (const [name, input] of Object.entries(files)) await node.exec(["tee", join(folder, name)], { input });
  const { hostname, port } = new URL(cluster.server);
  return ["env", `KUBERNETES_SERVICE_HOST=${hostname}`, `KUBERNETES_SERVICE_PORT=${port}`];
}
