import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KubeCluster, type KubeNode, startKube, until } from "../../../test/kube/index.ts";
import { type BenchOptions } from "../../model.ts";
import { type BenchAgent, startAgent } from "./agent.ts";
import { type Plugin, referenceNetwork, referencePlugin } from "./runtime.ts";

/** A node of a real cluster and who gives its pods their network. */
export type NetworkedNode = Readonly<{ node: KubeNode; plugin: Plugin }>;

/** One cluster, its containerd 2 and kubelets real: two nodes of Heddle's, and two of the reference plugins'. */
export type Nodes = AsyncDisposable &
  Readonly<{
    cluster: KubeCluster;
    heddle: readonly [NetworkedNode, NetworkedNode];
    reference: readonly [NetworkedNode, NetworkedNode];
    /** A folder that nodes and host see by the same path. */
    folder: string;
  }>;

/** Resolves when every node is Ready. */
export async function startNodes({ signal }: BenchOptions): Promise<Nodes> {
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const cluster = parts.use(await startKube({ nodes: 4, cni: "none", containerd: "2", signal }));
  const [first, second, third, fourth] = cluster.nodes;
  if (!first || !second || !third || !fourth) throw new Error("the cluster has not the nodes that were asked for");
  await bindAgents(cluster);
  const agentOf = async (node: KubeNode): Promise<NetworkedNode> => {
    const agent: BenchAgent = parts.use(
      await startAgent({
        enter: node.enter,
        folder: join(folder, node.name),
        args: ["--kubeconfig", "/etc/kubernetes/heddle-agent.kubeconfig", "--node", node.name],
        runtime: { confDir: "/etc/cni/net.d", binDir: "/opt/cni/bin", below: node.directory },
        signal,
      }),
    );
    return { node, plugin: agent.plugin };
  };
  const referenceOf = async (node: KubeNode, other: KubeNode): Promise<NetworkedNode> => {
    const [subnet = ""] = node.podCidrs;
    const [otherPods = ""] = other.podCidrs;
    // As a fabric of the reference plugins has it on one link: the other node's pods by the other node.
    await node.exec(["ip", "route", "add", otherPods, "via", other.address]);
    const conflist = JSON.stringify({ cniVersion: "1.0.0", name: "reference", plugins: [referenceNetwork(subnet)] });
    await node.exec(["tee", "/etc/cni/net.d/10-reference.conflist"], { input: conflist });
    const own = join(folder, node.name);
    await mkdir(own, { recursive: true });
    return { node, plugin: await referencePlugin(own, subnet) };
  };
  const heddle = [await agentOf(first), await agentOf(second)] as const;
  const reference = [await referenceOf(third, fourth), await referenceOf(fourth, third)] as const;
  await until("every node to be Ready", () => areReady(cluster), { timeoutMs: 90_000, signal });
  const ending = parts.move();
  return { cluster, heddle, reference, folder, [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose]() };
}

/** What the shipped manifest gives to the agents' service account. */
async function bindAgents({ kubectl }: KubeCluster): Promise<void> {
  await kubectl(["create", "clusterrole", "heddle-agent", "--verb=list,watch", "--resource=nodes,pods"]);
  await kubectl(["create", "clusterrolebinding", "heddle-agent", "--clusterrole=heddle-agent", "--user=heddle-agent"]);
}

type NodeList = Readonly<{
  items: readonly Readonly<{
    spec: Readonly<{ taints?: readonly unknown[] }>;
    status: Readonly<{ conditions?: readonly Readonly<{ type: string; status: string }>[] }>;
  }>[];
}>;

async function areReady({ kubectl }: KubeCluster): Promise<boolean> {
  const { items } = JSON.parse(await kubectl(["get", "nodes", "-o", "json"])) as NodeList;
  return items.every(
    ({ spec, status }) =>
      (spec.taints ?? []).length === 0 &&
      status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
}
