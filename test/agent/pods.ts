import assert from "node:assert/strict";
import type { KubeCluster, KubeNode } from "../kube/index.ts";
import { until } from "../kube/index.ts";

/** `heddle agent ARGS` on a node: what it prints. */
export type Ask = (node: KubeNode, args: readonly string[]) => Promise<string>;

/** Of agents that the test bed runs. */
export const askOwnAgent: Ask = async ({ name, agent }, args) => {
  assert.ok(agent !== undefined, `${name} has an agent`);
  return agent.ask(args);
};

/** A deployment of pods that do nothing, spread over the nodes. */
export async function deploy(cluster: KubeCluster): Promise<void> {
  const labels = { app: "idle" };
  const spread = { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" };
  const spec = {
    terminationGracePeriodSeconds: 0,
    topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: labels } }],
    containers: [{ name: "main", image: cluster.busyboxImage, command: ["sleep", "86400"] }],
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "idle" },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(deployment) });
}

/** Scales it and waits until as many run, each with two addresses of its own, or none is left. */
export async function scaleTo(cluster: KubeCluster, replicas: number): Promise<void> {
  await cluster.kubectl(["scale", "deploy/idle", `--replicas=${replicas}`]);
  await cluster.kubectl(["rollout", "status", "deploy/idle", "--timeout=300s"]);
  const found = await until(
    `${replicas} pods`,
    async () => {
      const pods = await addressesOfPods(cluster);
      return pods.length === replicas ? pods : undefined;
    },
    { timeoutMs: 300_000, everyMs: 200 },
  );
  assert.equal(new Set(found.flat()).size, 2 * replicas, "two addresses each, none twice");
}

async function addressesOfPods(cluster: KubeCluster): Promise<readonly (readonly string[])[]> {
  const { items } = JSON.parse(await cluster.kubectl(["get", "pods", "-l", "app=idle", "-o", "json"])) as {
    items: readonly Readonly<{ status: { podIPs?: readonly { ip: string }[] } }>[];
  };
  return items.map(({ status }) => (status.podIPs ?? []).map(({ ip }) => ip));
}

/** Of every node: no row, address, link, route, neighbour, rule's element or namespace of a pod. */
export async function nothingIsLeft(cluster: KubeCluster, ask: Ask = askOwnAgent): Promise<void> {
  await Promise.all(cluster.nodes.map((node) => nothingIsLeftOn(node, ask)));
}

async function nothingIsLeftOn(node: KubeNode, ask: Ask): Promise<void> {
  let left: Readonly<Record<string, number>> = {};
  const isEmpty = async (): Promise<boolean> =>
    Object.values((left = await leftIn(node, ask))).every((count) => count === 0);
  await until("nothing to be left", isEmpty, { timeoutMs: 120_000 }).catch((error: unknown) => {
    assert.deepEqual(left, Object.fromEntries(Object.keys(left).map((key) => [key, 0])), node.name);
    throw error;
  });
}

/** What agent and kernel hold for pods on a node. */
async function leftIn(node: KubeNode, ask: Ask): Promise<Readonly<Record<string, number>>> {
  const { ranges, attachments } = JSON.parse(await ask(node, ["ips", "-o", "json"])) as {
    ranges: readonly Readonly<{ used: number }>[];
    attachments: readonly unknown[];
  };
  const counts = (await node.exec(["sh", "-c", [...Object.values(countings), "true"].join("\n")]))
    .split("\n")
    .map(Number);
  return {
    addresses: ranges.reduce((sum, { used }) => sum + used, 0),
    rows: attachments.length,
    elements: await elementsIn(node),
    ...Object.fromEntries(Object.keys(countings).map((what, index) => [what, counts[index] ?? NaN])),
  };
}

/** Each prints a number. */
const countings = {
  links: "ip -o link show | grep -cE ': hd[lb][0-9a-f]{11}'",
  routes:
    "{ ip route; ip -6 route; } | grep -E '^[0-9a-f.:]+(/32|/128)? dev (hdl|cni-bridge0)' | grep -vc proto.kernel",
  neighbours: "ip neigh show nud permanent dev cni-bridge0 | grep -vc 33:33",
  forwarding: "bridge fdb show br cni-bridge0 | grep -c 'dev hdl'",
  namespaces: "ls /run/netns | grep -c cni",
};

/** Of the sets and maps that pods have elements in. */
async function elementsIn(node: KubeNode): Promise<number> {
  const { nftables } = JSON.parse(await node.exec(["nft", "-j", "list", "table", "inet", "heddle"])) as {
    nftables: readonly Readonly<Record<string, Readonly<{ name: string; elem?: readonly unknown[] }>>>[];
  };
  return nftables
    .flatMap(({ set, map }) => set ?? map ?? [])
    .filter(({ name }) => /^(hostports|hostips|self)[46]$/.test(name))
    .reduce((sum, { elem = [] }) => sum + elem.length, 0);
}
