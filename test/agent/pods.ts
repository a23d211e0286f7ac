import type { KubeCluster, KubeNode } from "../kube/index.ts";
import { until } from "../kube/index.ts";

export type Pod = Readonly<{ name: string; node: string; addresses: readonly string[] }>;

/** A deployment whose pods say hello to each that connects to port 80, spread over the nodes, and its service. */
export async function deploy(cluster: KubeCluster, replicas: number): Promise<void> {
  const labels = { app: "web" };
  const command = ["sh", "-c", "while true; do echo hello | nc -l -p 80; done"];
  const spread = { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" };
  const spec = {
    terminationGracePeriodSeconds: 0,
    topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: labels } }],
    containers: [{ name: "main", image: cluster.busyboxImage, command }],
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { ipFamilyPolicy: "RequireDualStack", selector: labels, ports: [{ port: 80 }] },
  };
  for (const object of [deployment, service])
    await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(object) });
}

/** Scales it and waits until as many run, or none is left. */
export async function scaleTo(cluster: KubeCluster, replicas: number): Promise<void> {
  await cluster.kubectl(["scale", "deploy/web", `--replicas=${replicas}`]);
  await cluster.kubectl(["rollout", "status", "deploy/web", "--timeout=120s"]);
  await until(`${replicas} pods`, async () => (await podsOf(cluster)).length === replicas, { timeoutMs: 120_000 });
}

export async function podsOf(cluster: KubeCluster): Promise<readonly Pod[]> {
  const { items } = JSON.parse(await cluster.kubectl(["get", "pods", "-l", "app=web", "-o", "json"])) as {
    items: readonly Readonly<{
      metadata: { name: string };
      spec: { nodeName?: string };
      status: { podIPs?: readonly { ip: string }[] };
    }>[];
  };
  return items.map(({ metadata: { name }, spec, status }) => ({
    name,
    node: spec.nodeName ?? "",
    addresses: (status.podIPs ?? []).map(({ ip }) => ip),
  }));
}

/** A shell's lines that print each address that does not answer a ping, a second try included. */
export const pings = (addresses: readonly string[]): string =>
  [
    ...addresses.map((address) => {
      const ping = `busybox ${address.includes(":") ? "ping6" : "ping"} -c 1 -W 2 ${address} >/dev/null 2>&1`;
      return `${ping} || ${ping} || echo ${address}`;
    }),
    "true",
  ].join("\n");

/** The words that come from there; tried again for as long as a listener that takes one at a time may be taken. */
export const hears = (address: string, port: number): string =>
  `for i in 1 2 3 4 5 6; do said=$(busybox nc -w 2 ${address} ${port} </dev/null) && [ -n "$said" ] && break; busybox sleep 0.2; done; echo "$said"`;

/** What the agent and the kernel hold for pods in a node: all zero when none is left. */
export async function leftIn(node: KubeNode): Promise<Readonly<Record<string, number>>> {
  const count = async (command: string): Promise<number> => Number(await node.exec(["sh", "-c", `${command} | wc -l`]));
  const attachments = JSON.parse((await node.agent?.ask(["pods", "-o", "json"])) ?? "[]") as readonly unknown[];
  return {
    rows: attachments.length,
    veths: await count("ip -o link show type veth | grep hdl"),
    routes: await count(
      "{ ip route; ip -6 route; } | grep -E '^[0-9a-f.:]+(/32|/128)? dev (hdl|cni-bridge0) ' | grep -v proto.kernel",
    ),
    neighbours: await count("ip neigh show nud permanent dev cni-bridge0 | grep -v 33:33"),
    namespaces: await count("ls /run/netns | grep cni"),
    hostPorts: await count("nft list table inet heddle 2>/dev/null | grep -E 'elements.*(tcp|udp)'"),
  };
}

export const nothing = { rows: 0, veths: 0, routes: 0, neighbours: 0, namespaces: 0, hostPorts: 0 };
