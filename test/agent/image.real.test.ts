import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { packAgentImage } from "../../scripts/agent-image.ts";
import { bundleAgent } from "../../scripts/bundle.ts";
import { buildAllNative } from "../../scripts/native.ts";
import { type KubeCluster, kubeForTest } from "../kube/index.ts";
import { sized } from "../size.ts";
import { allTalkToAll, endPeers, startPeers } from "./peers.ts";
import { type Ask, nothingIsLeft } from "./pods.ts";

const deploy = join(import.meta.dirname, "../../deploy/agent");
const [manifest, uninstall] = [join(deploy, "daemonset.yaml"), join(deploy, "uninstall.yaml")];
const heddle = ["/bin/node", "/heddle/bin/heddle", "agent"];
const inSystem = ["-n", "kube-system"];

async function importImage(t: TestContext, cluster: KubeCluster): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-image-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await bundleAgent(join(folder, "dist"));
  buildAllNative(join(folder, "dist/native"));
  const { image, tag } = packAgentImage({ dist: join(folder, "dist") });
  for (const file of [manifest, uninstall])
    assert.ok((await readFile(file, "utf8")).includes(`image: ${tag}\n`), `${file} names ${tag}`);
  await writeFile(join(folder, "image.tar"), image);
  await Promise.all(cluster.nodes.map((node) => node.importImage(join(folder, "image.tar"))));
}

async function untilRolledOut(cluster: KubeCluster, name = "heddle-agent"): Promise<void> {
  const rollOut = ["rollout", "status", `daemonset/${name}`, ...inSystem, "--timeout=180s"];
  await cluster.kubectl(rollOut).catch(async (error: unknown) => {
    const pods = await cluster.kubectl(["get", "pods", "-A", "-o", "wide"]);
    const logs = await cluster.kubectl(["logs", ...inSystem, `daemonset/${name}`, "--all-containers"]).catch(String);
    assert.fail(`${String(error)}\n${pods}\n${logs}`);
  });
}

/** The agent's pod on the node, whichever it is now. */
const askInPod =
  (cluster: KubeCluster): Ask =>
  async (node, args) => {
    const selected = ["-l", "app.kubernetes.io/name=heddle-agent", `--field-selector=spec.nodeName=${node.name}`];
    const pod = await cluster.kubectl(["get", "pods", ...inSystem, ...selected, "-o", "name"]);
    return cluster.kubectl(["exec", ...inSystem, pod.trim(), "--", ...heddle, ...args]);
  };

describe("the agent's image and manifest", () => {
  it("give a cluster its network: the kubelet starts the agent, nodes become Ready, pods of both nodes talk", async (t) => {
    const containerd = sized({ small: "1.6", full: "2" } as const);
    const kind = { nodes: 2, cni: "none", ipFamilies: "dual", proxy: "iptables", containerd } as const;
    const cluster = await kubeForTest(t, kind);
    if (cluster === undefined) return;
    await importImage(t, cluster);
    const ask = askInPod(cluster);

    await cluster.kubectl(["apply", "-f", manifest]);
    await untilRolledOut(cluster);
    await cluster.kubectl(["wait", "nodes", "--all", "--for=condition=Ready", "--timeout=180s"]);
    const peers = await startPeers(cluster, 4);
    await allTalkToAll(cluster, peers);

    for (const node of cluster.nodes) {
      assert.deepEqual(JSON.parse(await ask(node, ["status", "-o", "json"])).problems, []);
      const sizes = [...(await node.exec(["sh", "-c", agentsMemory])).matchAll(/VmRSS:\s+(\d+) kB/g)];
      // A probe that asks the agent is a smaller process of the same name.
      const residentMb = Math.max(...sizes.map(([, kilobytes]) => Number(kilobytes))) / 1024;
      t.diagnostic(`the agent of ${node.name} holds ${residentMb.toFixed(1)} MB`);
      assert.ok(residentMb > 0 && residentMb < 95, `${residentMb} MB`);
    }

    // Replaced, it leaves living pods alone and goes on deleting.
    await cluster.kubectl(["rollout", "restart", "daemonset/heddle-agent", ...inSystem]);
    await untilRolledOut(cluster);
    await allTalkToAll(cluster, peers);
    await endPeers(cluster);
    await nothingIsLeft(cluster, ask);

    // As docs/agent.md says; nodes are drained.
    await cluster.kubectl(["delete", "-f", manifest, "--timeout=120s"]);
    for (const node of cluster.nodes)
      assert.match(await installedOn(node), /heddle/, "the agent's end takes nothing away");
    await cluster.kubectl(["apply", "-f", uninstall]);
    await untilRolledOut(cluster, "heddle-agent-uninstall");
    for (const node of cluster.nodes) assert.doesNotMatch(await installedOn(node), /heddle/);
    await cluster.kubectl(["delete", "-f", uninstall, "--timeout=120s"]);
  });
});

const installedOn = (node: KubeCluster["nodes"][number]): Promise<string> =>
  node.exec(["ls", "/opt/cni/bin", "/etc/cni/net.d"]);

const agentsMemory =
  "for p in /proc/[0-9]*; do grep -qz '^/heddle/bin/heddle$' $p/cmdline && grep VmRSS $p/status; done 2>/dev/null; true";
