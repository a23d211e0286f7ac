import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type KubeCluster, type KubeNode, until } from "./index.ts";
import { statusAs, useCluster } from "./suite.ts";

/** A pod that answers on port 80 with its name. Resolves to its addresses when it is ready. */
async function startPod(cluster: KubeCluster, node: KubeNode, name: string): Promise<readonly string[]> {
  const serve = "while true; do echo hello from $HOSTNAME | nc -l -p 80; done";
  const spec = {
    nodeName: node.name,
    containers: [{ name: "main", image: cluster.busyboxImage, command: ["sh", "-c", `echo up; ${serve}`] }],
  };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: name } }, spec };
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(pod) });
  await cluster.kubectl(["wait", `pod/${name}`, "--for=condition=Ready", "--timeout=180s"]);
  const found = JSON.parse(await cluster.kubectl(["get", "pod", name, "-o", "json"])) as {
    status: { podIPs: { ip: string }[] };
  };
  return found.status.podIPs.map(({ ip }) => ip);
}

describe("two nodes on two links, with IPv4 and IPv6", () => {
  const suite = useCluster({ nodes: 2, links: 2, ipFamilies: "dual" });
  it("have addresses on different links and pod ranges of both families", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const [first, second] = cluster.nodes;
    assert.match(first?.address ?? "", /^198\.18\./);
    assert.match(second?.address ?? "", /^198\.19\./);
    assert.deepEqual(
      cluster.nodes.map(({ podCidrs }) => podCidrs.length),
      [2, 2],
    );
    assert.match(await first!.exec(["ip", "-o", "link"]), /eth0/);
    assert.doesNotMatch(await first!.exec(["ls", "/etc/kubernetes"]), /proxy-ca/);
  });

  it("run pods that reach each other across the links, by address and by service, and answer exec and logs", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const [near, far] = cluster.nodes as readonly [KubeNode, KubeNode];
    const [, addresses] = await Promise.all([startPod(cluster, near, "near"), startPod(cluster, far, "far")]);
    assert.deepEqual(
      addresses.map((address) => address.includes(":")),
      [false, true],
    );
    await cluster.kubectl([
      "expose",
      "pod",
      "far",
      "--port=80",
      "--overrides",
      '{"spec":{"ipFamilyPolicy":"RequireDualStack"}}',
    ]);
    const service = JSON.parse(await cluster.kubectl(["get", "service", "far", "-o", "json"])) as {
      spec: { clusterIPs: string[] };
    };
    assert.equal(service.spec.clusterIPs.length, 2);
    for (const address of [...addresses, ...service.spec.clusterIPs]) {
      const fetch = `nc -w 2 ${address} 80 </dev/null`;
      // kube-proxy hears of the service a moment later.
      await until(`an answer from ${address}`, async () =>
        (await cluster.kubectl(["exec", "near", "--", "sh", "-c", fetch])).includes("hello from far"),
      );
    }
    assert.equal(await cluster.kubectl(["logs", "far"]), "up\n");
  });

  it("give a pod a token with which the API server is reached from inside", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const token = await cluster.kubectl([
      "exec",
      "near",
      "--",
      "cat",
      "/var/run/secrets/kubernetes.io/serviceaccount/token",
    ]);
    assert.equal(await statusAs(cluster, token, "/api/v1/pods"), 403);
    const ask = "nc -w 2 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT </dev/null && echo reached";
    await until("the API server to be reached", async () =>
      (await cluster.kubectl(["exec", "near", "--", "sh", "-c", ask])).includes("reached"),
    );
  });

  it("lose their kubelet and get it back", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const [node] = cluster.nodes as readonly [KubeNode];
    const summary = `/api/v1/nodes/${node.name}/proxy/stats/summary`;
    assert.match(await cluster.kubectl(["get", "--raw", summary]), /"nodeName": "node1"/);
    await node.stopKubelet();
    await assert.rejects(cluster.kubectl(["get", "--raw", summary]), /refused/);
    await node.startKubelet();
    await until("the kubelet to answer again", async () =>
      (await cluster.kubectl(["get", "--raw", summary])).includes('"nodeName": "node1"'),
    );
  });

  it("take an image from a file", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const [node] = cluster.nodes as readonly [KubeNode];
    await node.importImage(join(cluster.directory, "images.tar"));
    assert.match(await node.exec(["ctr", "-n", "k8s.io", "images", "ls", "-q"]), /heddle\.test\/busybox:1/);
    assert.match(readFileSync(join(node.directory, "logs", "kubelet.log"), "utf8"), /Started kubelet/);
  });
});

describe("a node with containerd 2 and kube-proxy in iptables mode", () => {
  const suite = useCluster({ nodes: 1, containerd: "2", proxy: "iptables" });

  it("runs pods that reach each other by service, and answers exec and logs", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const [node] = cluster.nodes as readonly [KubeNode];
    const runtime = ["get", "node", node.name, "-o", "jsonpath={.status.nodeInfo.containerRuntimeVersion}"];
    assert.match(await cluster.kubectl(runtime), /2\.1\.4$/);
    await Promise.all([startPod(cluster, node, "near"), startPod(cluster, node, "far")]);
    await cluster.kubectl(["expose", "pod", "far", "--port=80"]);
    const address = await cluster.kubectl(["get", "service", "far", "-o", "jsonpath={.spec.clusterIP}"]);
    // kube-proxy hears of the service a moment later.
    await until(`an answer from ${address}`, async () => {
      const fetch = `nc -w 2 ${address} 80 </dev/null`;
      return (await cluster.kubectl(["exec", "near", "--", "sh", "-c", fetch])).includes("hello from far");
    });
    assert.match(await node.exec(["iptables-save", "-t", "nat"]), new RegExp(`-d ${address}/32 .* -j KUBE-SVC-`));
    assert.equal(await cluster.kubectl(["logs", "far"]), "up\n");
  });

  it("takes an image from a file, with the ctr of its containerd", async (t) => {
    const cluster = suite.cluster(t);
    if (cluster === undefined) return;
    const [node] = cluster.nodes as readonly [KubeNode];
    await node.importImage(join(cluster.directory, "images.tar"));
    const images = ["get", "node", node.name, "-o", "jsonpath={.status.images[*].names[*]}"];
    await until("the kubelet to tell of it", async () =>
      (await cluster.kubectl(images)).split(" ").includes(cluster.busyboxImage),
    );
  });
});
