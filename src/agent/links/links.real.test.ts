import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createKernel } from "../kernel/kernel.ts";
import type { Kernel } from "../kernel/model.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import type { PodLink } from "./model.ts";
import { planNode } from "./node-plan.ts";
import { planAttach, planDetach } from "./pod-plan.ts";

const reason = whyNoNamespaces();
const skip = reason ?? false;
const bridge = "cni-bridge0";

const podLink = (pod: TestNamespace, number: number): PodLink => ({
  key: { network: "heddle", containerId: `container-${number}`, ifname: "eth0" },
  netns: pod.path,
  bridge,
  mtu: 1500,
  addresses: [
    { address: `10.244.1.${10 + number}`, gateway: "10.244.1.1" },
    { address: `fd00:10:244:1::${10 + number}`, gateway: "fd00:10:244:1::1" },
  ],
  routes: [{ destination: "0.0.0.0/0" }, { destination: "10.96.0.0/12" }, { destination: "::/0" }],
});

type Node = Readonly<{ node: TestNamespace; kernel: Kernel }>;

async function makeNode(t: TestContext): Promise<Node> {
  const node = makeNamespace(t, "node");
  node.run("ip", "link", "set", "lo", "up");
  // Where br_netfilter is loaded, bridged packets must not need it.
  node.succeeds("sh", "-c", "echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables");
  const kernel = createKernel({ home: node.path });
  t.after(() => kernel[Symbol.asyncDispose]());
  await kernel.run({
    operations: planNode({
      bridge,
      mtu: 1500,
      gateways: [
        { address: "10.244.1.1", bits: 24 },
        { address: "fd00:10:244:1::1", bits: 64 },
      ],
    }),
  });
  return { node, kernel };
}

const pings = (from: TestNamespace, to: string): boolean =>
  from.succeeds("busybox", to.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "2", to);

describe("two pods on a node", { skip }, () => {
  it("talk to each other and to the node, over IPv4 and IPv6", async (t) => {
    const { node, kernel } = await makeNode(t);
    const [first, second] = [makeNamespace(t, "a"), makeNamespace(t, "b")];
    await kernel.run(planAttach(podLink(first, 1)));
    await kernel.run(planAttach(podLink(second, 2)));
    for (const [from, to] of [
      [first, "10.244.1.12"],
      [first, "fd00:10:244:1::12"],
      [second, "10.244.1.11"],
      [second, "fd00:10:244:1::11"],
      [first, "10.244.1.1"],
      [first, "fd00:10:244:1::1"],
      [node, "10.244.1.11"],
      [node, "fd00:10:244:1::12"],
    ] as const)
      assert.ok(
        pings(from, to),
        `${from.name} does not reach ${to}\n${node.run("bridge", "-d", "link")}${first.run("ip", "addr")}`,
      );
  });
});

describe("speed", { skip }, () => {
  it("add", async (t) => {
    const { node, kernel } = await makeNode(t);
    const pods = Array.from({ length: 200 }, (_, number) => makeNamespace(t, `p${number}`));
    const took: number[] = [];
    for (const [number, pod] of pods.entries()) {
      const from = performance.now();
      await kernel.run(planAttach(podLink(pod, number)));
      took.push(performance.now() - from);
    }
    took.sort((a, b) => a - b);
    console.log("add p50", took[100], "p99", took[197]);
    const detach = (number: number) =>
      kernel.run(
        planDetach(podLink(pods[0] as TestNamespace, number).key, {
          bridge,
          addresses: podLink(pods[0] as TestNamespace, number).addresses.map((a) => a.address),
        }),
      );
    const dels: number[] = [];
    for (let n = 0; n < 50; n++) {
      const from = performance.now();
      await detach(n);
      dels.push(performance.now() - from);
    }
    dels.sort((a, b) => a - b);
    console.log("del alone p50", dels[25], "max", dels[49]);
    const from = performance.now();
    await Promise.all(Array.from({ length: 150 }, (_, n) => detach(50 + n)));
    console.log("150 at once", performance.now() - from, node.ip("link").length);
  });
});
