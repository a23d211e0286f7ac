import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { describe, it, type TestContext } from "node:test";
import { parseAddress, parseCidr } from "../../model/index.ts";
import { until } from "../../../test/kube/until.ts";
import { createKernel } from "../kernel/kernel.ts";
import { KernelRefused } from "../kernel/model.ts";
import { planNode } from "../links/node-plan.ts";
import { planAttach } from "../links/pod-plan.ts";
import { ask, makeNamespace, serveEcho, whyNoNamespaces } from "../testing/namespace.ts";
import type { HostPort } from "../asked-of-node.ts";
import type { NodeRules, PodPorts } from "./model.ts";
import { createNft } from "./nft.ts";
import { createNodeTable } from "./node-table.ts";
import { planClose, planOpen } from "./plan.ts";

const skip = whyNoNamespaces("nft", "socat") ?? false;
const bridge = "cni-bridge0";

const addressOf = (text: string) => {
  const address = parseAddress(text);
  assert.ok(address);
  return address;
};

const rules = {
  bridges: [bridge],
  pods: [parseCidr("10.244.1.0/24"), parseCidr("fd00:10:244:1::/64")],
  cluster: [parseCidr("10.244.0.0/16"), parseCidr("fd00:10:244::/48")],
  peers: ["192.0.2.3", "2001:db8::3"].map(addressOf),
} satisfies NodeRules;
const tcp = (hostPort: number, containerPort: number, hostIp?: string): HostPort => ({
  protocol: "tcp",
  hostPort,
  containerPort,
  hostIp: hostIp === undefined ? undefined : addressOf(hostIp),
});
const portsOf = (number: number, ports: readonly HostPort[]): PodPorts => ({
  addresses: [addressOf(`10.244.1.${number}`), addressOf(`fd00:10:244:1::${number}`)],
  ports,
});

/** A node with two pods, and a stranger beyond its uplink that has no route to pods. */
async function scene(t: TestContext, bridgeFilter = 1) {
  const [node, outside, first, second] = ["node", "out", "a", "b"].map((label) => makeNamespace(t, label));
  assert.ok(node && outside && first && second);
  node.run("ip", "link", "set", "lo", "up");
  // There where br_netfilter is loaded.
  for (const key of ["iptables", "ip6tables"])
    node.succeeds("sh", "-c", `echo ${bridgeFilter} >/proc/sys/net/bridge/bridge-nf-call-${key}`);
  node.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", outside.name);
  for (const [place, number] of [
    [node, 1],
    [outside, 2],
  ] as const) {
    place.run("ip", "addr", "add", `192.0.2.${number}/24`, "dev", "eth0");
    place.run("ip", "addr", "add", `2001:db8::${number}/64`, "dev", "eth0", "nodad");
    place.run("ip", "link", "set", "eth0", "up");
  }
  const kernel = createKernel({ home: node.path });
  t.after(() => kernel[Symbol.asyncDispose]());
  const gateways = [
    { address: "10.244.1.1", bits: 24 },
    { address: "fd00:10:244:1::1", bits: 64 },
  ];
  await kernel.run({ operations: planNode({ bridge, mtu: 1500, gateways }) });
  for (const [index, pod] of [first, second].entries())
    await kernel.run(
      planAttach({
        key: { network: "heddle", containerId: `c${index}`, ifname: "eth0" },
        netns: pod.path,
        bridge,
        mtu: 1500,
        addresses: [
          { address: `10.244.1.${11 + index}`, gateway: "10.244.1.1" },
          { address: `fd00:10:244:1::${11 + index}`, gateway: "fd00:10:244:1::1" },
        ],
        routes: [{ destination: "0.0.0.0/0" }, { destination: "::/0" }],
      }),
    );
  const table = createNodeTable({ kernel, nft: createNft(["nsenter", `--net=${node.path}`, "--", "nft"]) });
  return { node, outside, first, second, kernel, table };
}

describe("the node's table", { skip }, () => {
  for (const bridgeFilter of [0, 1])
    it(`leads host ports to pods, from everywhere, with bridge-nf-call-iptables=${bridgeFilter}`, async (t) => {
      const { node, outside, first, second, kernel, table } = await scene(t, bridgeFilter);
      await table.reconcile({ rules, pods: () => [] });
      await serveEcho(t, first, 80);
      assert.equal(ask(outside, "192.0.2.1", 8080), "");
      const pod = portsOf(11, [tcp(8080, 80), tcp(8081, 80, "192.0.2.1"), tcp(8082, 80, "10.244.1.1")]);
      await kernel.run({ operations: planOpen(pod) });

      // The sender stays who it is.
      assert.equal(ask(outside, "192.0.2.1", 8080), "192.0.2.2");
      assert.equal(ask(outside, "2001:db8::1", 8080), "2001:db8::2");
      assert.equal(ask(second, "192.0.2.1", 8080), "10.244.1.12");
      assert.equal(ask(outside, "192.0.2.1", 8081), "192.0.2.2");
      assert.equal(ask(outside, "192.0.2.1", 8082), "");
      // From the node itself, by its loopback too.
      assert.equal(ask(node, "192.0.2.1", 8080), "192.0.2.1");
      assert.equal(ask(node, "127.0.0.1", 8080), "10.244.1.1");
      // From the pod to itself.
      assert.equal(ask(first, "192.0.2.1", 8080), "10.244.1.1");
      // A pod does not reach the node's loopback.
      second.run("ip", "route", "add", "127.1.0.0/16", "via", "10.244.1.1");
      assert.equal(ask(second, "127.1.0.1", 8080), "");

      await kernel.run({ operations: planClose(pod) });
      assert.equal(ask(outside, "192.0.2.1", 8080), "");
      assert.deepEqual(await table.reconcile({ rules, pods: () => [] }), { table: false, elements: 0 });
    });

  it("hides pods behind the node where they leave the cluster, and nowhere else", async (t) => {
    const { node, outside, first, second, table } = await scene(t);
    await table.reconcile({ rules, pods: () => [] });
    for (const place of [node, outside, second]) await serveEcho(t, place, 90);
    assert.equal(ask(first, "192.0.2.2", 90), "192.0.2.1");
    assert.equal(ask(first, "2001:db8::2", 90), "2001:db8::1");
    assert.equal(ask(first, "10.244.1.12", 90), "10.244.1.11");
    assert.equal(ask(first, "192.0.2.1", 90), "10.244.1.11");
  });

  it("takes over a sender of UDP that never pauses", async (t) => {
    const { outside, first, second, kernel, table } = await scene(t);
    await table.reconcile({ rules, pods: () => [] });
    const udp: HostPort = { protocol: "udp", hostPort: 5353, containerPort: 53 };
    for (const pod of [first, second]) {
      const server = spawn("nsenter", [
        `--net=${pod.path}`,
        "--",
        "socat",
        "UDP4-RECVFROM:53,fork",
        `SYSTEM:read line; echo ${pod.name}`,
      ]);
      t.after(() => server.kill());
      await until("the server listens", () => pod.run("ss", "-Hlun").includes(":53 "), { everyMs: 10 });
    }
    // Always the same port of the sender's, so that it is the same flow.
    const send = (): string =>
      outside
        .run("sh", "-c", "echo x | socat -t2 - UDP4:192.0.2.1:5353,sourceport=7777,reuseaddr 2>/dev/null || true")
        .trim();
    assert.equal(send(), "");
    await kernel.run({ operations: planOpen(portsOf(11, [udp])) });
    assert.equal(send(), first.name);
    await kernel.run({ operations: [...planClose(portsOf(11, [udp])), ...planOpen(portsOf(12, [udp]))] });
    assert.equal(send(), second.name);
  });

  it("refuses a port that leads to another pod", async (t) => {
    const { kernel, table } = await scene(t);
    await table.reconcile({ rules, pods: () => [] });
    await kernel.run({ operations: planOpen(portsOf(11, [tcp(8080, 80)])) });
    // Once more is no matter.
    await kernel.run({ operations: planOpen(portsOf(11, [tcp(8080, 80)])) });
    await assert.rejects(
      kernel.run({ operations: planOpen(portsOf(12, [tcp(8080, 80)])) }),
      (error) => error instanceof KernelRefused && error.errno === "EEXIST",
    );
  });

  it("is equal to its plan after any interference", async (t) => {
    const { node, table } = await scene(t);
    const pods = [portsOf(11, [tcp(8080, 80)]), portsOf(12, [tcp(8081, 80)])];
    const list = (): string => node.run("nft", "-s", "list", "table", "inet", "heddle");
    assert.deepEqual(await table.reconcile({ rules, pods: () => pods }), { table: true, elements: 0 });
    const whole = list();
    assert.deepEqual(await table.reconcile({ rules, pods: () => pods }), { table: false, elements: 0 });

    const interferences: readonly (readonly string[])[] = [
      ["flush", "chain", "inet", "heddle", "postrouting"],
      ["add", "rule", "inet", "heddle", "forward", "drop"],
      ["delete", "table", "inet", "heddle"],
      ["flush", "ruleset"],
      ["flush", "map", "inet", "heddle", "hostports4"],
      ["flush", "set", "inet", "heddle", "cluster4"],
      ["flush", "set", "inet", "heddle", "pods6"],
      ["add", "element", "inet", "heddle", "cluster4", "{ 8.0.0.0/8 }"],
      ["flush", "set", "inet", "heddle", "peers4"],
      ["add", "element", "inet", "heddle", "peers6", "{ 2001:db8::66 }"],
      ["add", "element", "inet", "heddle", "hostports4", "{ udp . 53 : 10.244.1.99 . 53 }"],
      ["add", "chain", "inet", "heddle", "more", "{ type filter hook input priority 0; policy drop; }"],
    ];
    for (const interference of interferences) {
      node.run("nft", ...interference);
      assert.notEqual(
        node.succeeds("nft", "list", "table", "inet", "heddle") ? list() : "",
        whole,
        interference.join(" "),
      );
      await table.reconcile({ rules, pods: () => pods });
      assert.equal(list(), whole, interference.join(" "));
    }
    // Nodes come and go as elements, like pods.
    const joined = { ...rules, peers: [...rules.peers, addressOf("192.0.2.4")] };
    assert.deepEqual(await table.reconcile({ rules: joined, pods: () => pods }), { table: false, elements: 1 });
    assert.deepEqual(await table.reconcile({ rules, pods: () => pods }), { table: false, elements: 1 });
    assert.equal(list(), whole);
    // Another's table is another's.
    node.run("nft", "add", "table", "inet", "other");
    assert.deepEqual(await table.reconcile({ rules, pods: () => pods }), { table: false, elements: 0 });
    assert.ok(node.succeeds("nft", "list", "table", "inet", "other"));
  });
});
