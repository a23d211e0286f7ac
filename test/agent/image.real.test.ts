import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { packAgentImage } from "../../scripts/agent-image.ts";
import { bundleAgent } from "../../scripts/bundle.ts";
import { buildAllNative } from "../../scripts/native.ts";
import { kubeForTest, until } from "../kube/index.ts";

const manifest = join(import.meta.dirname, "../../deploy/agent/daemonset.yaml");
const heddle = ["/bin/node", "/heddle/bin/heddle", "agent"];

describe("the agent's image and manifest", () => {
  it("give a cluster its network: the kubelet starts the agent, nodes become Ready, pods of both nodes talk", async (t) => {
    const cluster = await kubeForTest(t, { nodes: 2, cni: "none", ipFamilies: "dual", containerd: "2" });
    if (cluster === undefined) return;
    const folder = await mkdtemp(join(tmpdir(), "heddle-image-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await bundleAgent(join(folder, "dist"));
    buildAllNative(join(folder, "dist/native"));
    const { image, tag } = packAgentImage({ dist: join(folder, "dist") });
    assert.ok((await readFile(manifest, "utf8")).includes(`image: ${tag}\n`), `the manifest names ${tag}`);
    await writeFile(join(folder, "image.tar"), image);
    await Promise.all(cluster.nodes.map((node) => node.importImage(join(folder, "image.tar"))));

    await cluster.kubectl(["apply", "-f", manifest]);
    const rollOut = ["rollout", "status", "daemonset/heddle-agent", "-n", "kube-system", "--timeout=60s"];
    await cluster.kubectl(rollOut).catch(async (error: unknown) => {
      const pods = await cluster.kubectl(["get", "pods", "-A", "-o", "wide"]);
      const logs = await cluster.kubectl(["logs", "-n", "kube-system", "daemonset/heddle-agent"]).catch(String);
      assert.fail(`${String(error)}\n${pods}\n${logs}`);
    });
    await cluster.kubectl(["wait", "nodes", "--all", "--for=condition=Ready", "--timeout=60s"]);

    const names = cluster.nodes.map(({ name }) => `on-${name}`);
    for (const { name } of cluster.nodes)
      await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(listener(name, cluster.busyboxImage)) });
    await cluster.kubectl(["wait", ...names.map((name) => `pod/${name}`), "--for=condition=Ready", "--timeout=60s"]);
    const [from = "", to = ""] = names;
    const { status } = JSON.parse(await cluster.kubectl(["get", "pod", to, "-o", "json"]));
    assert.equal(status.podIPs.length, 2);
    for (const { ip } of status.podIPs)
      assert.equal(await cluster.kubectl(["exec", from, "--", "sh", "-c", `nc -w 5 ${ip} 80 </dev/null`]), `${to}\n`);

    const agents = JSON.parse(
      await cluster.kubectl([
        "get",
        "pods",
        "-n",
        "kube-system",
        "-l",
        "app.kubernetes.io/name=heddle-agent",
        "-o",
        "json",
      ]),
    ).items.map((pod: Readonly<{ metadata: { name: string } }>) => pod.metadata.name);
    const inAgent = (pod: string, ...args: readonly string[]): Promise<string> =>
      cluster.kubectl(["exec", "-n", "kube-system", pod, "--", ...heddle, ...args]);
    for (const agent of agents) {
      const told = JSON.parse(await inAgent(agent, "status", "-o", "json"));
      assert.deepEqual(told.problems, []);
    }

    for (const node of cluster.nodes) {
      const rows = await node.exec([
        "sh",
        "-c",
        "cat /proc/[0-9]*/cmdline /dev/null | tr '\\0' ' '; for p in /proc/[0-9]*; do grep -qz '^/heddle/bin/heddle$' $p/cmdline && grep VmRSS $p/status; done; true",
      ]);
      const residentMb = Number(/VmRSS:\s+(\d+) kB/.exec(rows)?.[1]) / 1024;
      t.diagnostic(`the agent of ${node.name} holds ${residentMb.toFixed(1)} MB`);
      assert.ok(residentMb < 95, `${residentMb} MB`);
    }

    // Replaced, it leaves living pods alone and goes on deleting.
    await cluster.kubectl(["rollout", "restart", "daemonset/heddle-agent", "-n", "kube-system"]);
    await cluster.kubectl(rollOut);
    for (const { ip } of status.podIPs)
      assert.equal(await cluster.kubectl(["exec", from, "--", "sh", "-c", `nc -w 5 ${ip} 80 </dev/null`]), `${to}\n`);
    await cluster.kubectl(["delete", "pods", ...names, "--grace-period=1"]);
    await until("no attachment to be left", async () => {
      const pods = await cluster.kubectl(["get", "pods", "-n", "kube-system", "-o", "name"]);
      const left = await Promise.all(
        pods
          .split("\n")
          .filter(Boolean)
          .map((pod) => inAgent(pod.replace("pod/", ""), "pods", "--no-headers")),
      );
      return left.join("").trim() === "";
    });
  });
});

const listener = (nodeName: string, image: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `on-${nodeName}` },
  spec: {
    nodeName,
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: "main", image, command: ["sh", "-c", `while true; do echo on-${nodeName} | nc -l -p 80; done`] },
    ],
  },
});
