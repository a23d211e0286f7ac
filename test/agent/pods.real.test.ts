import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KubeCluster, kubeForTest, until } from "../kube/index.ts";
import { sized } from "../size.ts";
import { deploy, hears, leftIn, nothing, pings, podsOf, scaleTo } from "./pods.ts";

const many = sized({ small: 10, full: 40 });
const rounds = sized({ small: 2, full: 10 });
const perRound = sized({ small: 10, full: 50 });

async function everyPairTalks(cluster: KubeCluster): Promise<void> {
  const pods = await podsOf(cluster);
  const all = pods.flatMap(({ addresses }) => addresses);
  assert.deepEqual(
    [all.length, new Set(all).size],
    [2 * pods.length, 2 * pods.length],
    "two addresses each, none twice",
  );
  assert.equal(new Set(pods.map(({ node }) => node)).size, cluster.nodes.length);
  for (const { name } of pods)
    assert.equal(await cluster.kubectl(["exec", name, "--", "sh", "-c", pings(all)]), "", `unreached from ${name}`);
  for (const node of cluster.nodes)
    assert.equal(await node.exec(["sh", "-c", pings(all)]), "", `unreached from ${node.name} itself`);
}

async function servicesAnswer(cluster: KubeCluster): Promise<void> {
  const { spec } = JSON.parse(await cluster.kubectl(["get", "service", "web", "-o", "json"])) as {
    spec: { clusterIPs: readonly string[] };
  };
  const [host] = cluster.nodes;
  assert.ok(host !== undefined);
  const hostAddresses: readonly string[] = [host.address, ...(host.address6 === undefined ? [] : [host.address6])];
  const command = ["sh", "-c", "while true; do echo host | nc -l -p 80; done"];
  const containers = [
    { name: "main", image: cluster.busyboxImage, ports: [{ containerPort: 80, hostPort: 8080 }], command },
  ];
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "host" },
    spec: { nodeName: host.name, terminationGracePeriodSeconds: 0, containers },
  };
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(pod) });
  await cluster.kubectl(["wait", "pod/host", "--for=condition=Ready", "--timeout=60s"]);
  const pods = await podsOf(cluster);
  for (const node of cluster.nodes) {
    const from = pods.find((each) => each.node === node.name);
    assert.ok(from !== undefined, `a pod on ${node.name}`);
    const ask = (at: string, port: number): Promise<string> =>
      cluster.kubectl(["exec", from.name, "--", "sh", "-c", hears(at, port)]);
    for (const address of spec.clusterIPs)
      assert.equal(await ask(address, 80), "hello\n", `${address} from ${node.name}`);
    for (const address of hostAddresses)
      assert.equal(await ask(address, 8080), "host\n", `the host port at ${address} from ${node.name}`);
    // Nodes reach pods of others by their node's port too.
    if (node !== host) assert.equal(await node.exec(["sh", "-c", hears(host.address, 8080)]), "host\n");
  }
  await cluster.kubectl(["delete", "pod/host", "--wait=true"]);
}

async function nothingIsLeft(cluster: KubeCluster): Promise<void> {
  for (const node of cluster.nodes) {
    let left: Readonly<Record<string, number>> = {};
    const isEmpty = async (): Promise<boolean> =>
      Object.values((left = await leftIn(node))).every((count) => count === 0);
    await until("nothing to be left", isEmpty, { timeoutMs: 30_000 }).catch(() =>
      assert.deepEqual(left, nothing, node.name),
    );
    const { ranges } = JSON.parse((await node.agent?.ask(["ips", "-o", "json"])) ?? "{}") as {
      ranges: readonly Readonly<{ used: string | number }>[];
    };
    assert.deepEqual(
      ranges.map(({ used }) => Number(used)),
      ranges.map(() => 0),
      "addresses held",
    );
  }
}

describe("pods on a real kubelet with Heddle's agent", () => {
  for (const { links, proxy, containerd } of [
    { links: 1, proxy: "iptables", containerd: "1.6" },
    { links: 2, proxy: "nftables", containerd: "2" },
  ] as const) {
    const where = `on ${links === 1 ? "one link" : "two links"}, kube-proxy by ${proxy}, containerd ${containerd}`;
    it(`all talk to all, to services, host ports and nodes, and leave nothing behind: ${where}`, async (t) => {
      const cluster = await kubeForTest(t, { nodes: 2, cni: "heddle", ipFamilies: "dual", links, proxy, containerd });
      if (cluster === undefined) return;
      await deploy(cluster, many);
      await scaleTo(cluster, many);
      await everyPairTalks(cluster);
      await servicesAnswer(cluster);
      await scaleTo(cluster, 0);
      await nothingIsLeft(cluster);
      if (links === 1) return;
      for (let round = 0; round < rounds; round++) {
        await scaleTo(cluster, perRound);
        await scaleTo(cluster, 0);
        await nothingIsLeft(cluster);
      }
    });
  }
});
