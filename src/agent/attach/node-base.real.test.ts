import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { silentLogger as log } from "../../base/index.ts";
import { formatCidr, parseAddress, parseCidr } from "../../model/index.ts";
import { planPools } from "../addresses/pool.ts";
import { defaultNetwork } from "../install/conflist.ts";
import { linkNameOf } from "../links/names.ts";
import { networkConfigOf } from "../network-file.ts";
import { type NodeFacts, type NodeView } from "../node/model.ts";
import { standaloneNode } from "../node/watch.ts";
import { recover } from "../recovery/recover.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { addRequest, config, openTestNode, type TestNode } from "./testing/node.ts";

const skip = whyNoNamespaces("busybox", "nft") ?? false;
const { signal } = new AbortController();

const nodeFacts = (number: number, podCidr: string): NodeFacts => ({
  name: `node-${number}`,
  podCidrs: [parseCidr(podCidr)],
  addresses: [parseAddress(`192.0.2.${number}`) ?? assert.fail()],
});

/** A node on a link with others, by the network that it has without any configuration; `say` tells of nodes. */
async function openInCluster(t: TestContext, self: NodeFacts) {
  const heard = { view: { self, others: [], pods: [], complete: true } as NodeView };
  const node = await openTestNode(t, { node: { view: () => heard.view } });
  node.namespace.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "peer0");
  node.namespace.run("ip", "addr", "add", "192.0.2.1/24", "dev", "eth0");
  for (const link of ["eth0", "peer0"]) node.namespace.run("ip", "link", "set", link, "up");
  const say = async (self: NodeFacts, ...others: readonly NodeFacts[]): Promise<void> => {
    heard.view = { ...heard.view, self, others };
    const own = networkConfigOf(defaultNetwork(self.podCidrs));
    await node.base.prepare(own, planPools(own.rangeSets, self.podCidrs));
    await node.base.connect(signal);
  };
  return { ...node, say };
}

const pings = (from: TestNamespace, to: string, ...more: readonly string[]): boolean =>
  from.succeeds("busybox", to.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "2", ...more, to);

const mendAll = async ({ base, kernel, book }: TestNode): Promise<void> => {
  await base.raise(signal);
  await recover({ kernel, book, node: standaloneNode(), log }, signal);
  await base.reconcile(signal);
};

describe("a node among others", { skip }, () => {
  it("does not hide its pods from other nodes' pods, as they come and go", async (t) => {
    const self = nodeFacts(1, "10.244.1.0/24");
    const { namespace, say } = await openInCluster(t, self);
    const cluster = (): readonly string[] =>
      namespace.run("nft", "list", "set", "inet", "heddle", "cluster4").match(/[\d.]+\/\d+/g) ?? [];
    await say(self);
    assert.deepEqual(cluster(), ["10.244.1.0/24"]);
    await say(self, nodeFacts(2, "10.7.2.0/24"), nodeFacts(3, "10.9.3.0/24"));
    assert.deepEqual(cluster(), ["10.7.2.0/24", "10.9.3.0/24", "10.244.1.0/24"]);
    await say(self, nodeFacts(3, "10.9.3.0/24"));
    assert.deepEqual(cluster(), ["10.9.3.0/24", "10.244.1.0/24"]);
  });

  it("lets into its tunnel who is a node, as they come and go", async (t) => {
    const self = nodeFacts(1, "10.244.1.0/24");
    const { namespace, say } = await openInCluster(t, self);
    const peers = (): readonly string[] =>
      namespace.run("nft", "list", "set", "inet", "heddle", "peers4").match(/192[\d.]+/g) ?? [];
    await say(self);
    assert.deepEqual(peers(), []);
    await say(self, nodeFacts(2, "10.244.2.0/24"), nodeFacts(3, "10.244.3.0/24"));
    assert.deepEqual(peers(), ["192.0.2.2", "192.0.2.3"]);
    await say(self, nodeFacts(3, "10.244.3.0/24"));
    assert.deepEqual(peers(), ["192.0.2.3"]);
  });

  it("reaches the block that it had itself before, and keeps what its pods of then need", async (t) => {
    const { namespace, base, say } = await openInCluster(t, nodeFacts(1, "10.244.1.0/24"));
    await say(nodeFacts(1, "10.244.1.0/24"));
    await say(nodeFacts(1, "10.244.5.0/24"), nodeFacts(2, "10.244.1.0/24"));
    assert.deepEqual(
      base.ways().map(({ by, destination }) => [by, formatCidr(destination)]),
      [["link", "10.244.1.0/24"]],
    );
    assert.match(namespace.run("ip", "route", "get", "10.244.1.9"), /via 192\.0\.2\.2 dev eth0/);
    assert.match(namespace.run("ip", "addr", "show", "dev", "cni-bridge0"), /inet 10\.244\.5\.1\/24/);
  });
});

describe("pods of before a change of their network", { skip }, () => {
  it("are reached with whole datagrams though newer ones may be sent larger", async (t) => {
    const node = await openTestNode(t);
    const [old, next] = [makeNamespace(t, "old"), makeNamespace(t, "next")];
    await node.network.add(addRequest(old.path, "a", { config: { ...config, mtu: 1400 } }), signal);
    await node.network.add(addRequest(next.path, "b", { config: { ...config, mtu: 1500 } }), signal);
    const mtu = (): unknown => node.namespace.ip("link", "show", "dev", "cni-bridge0")[0]?.["mtu"];
    assert.equal(mtu(), 1400);
    for (const from of [node.namespace, next])
      for (const to of ["10.244.1.2", "fd00:10:244:1::2"]) {
        // The first may be answered by "too big".
        const isReached = [1, 2, 3].some(() => pings(from, to, "-s", "1440"));
        assert.ok(isReached, `${from.name} to ${to}`);
      }
    await node.network.del({ key: addRequest("", "a").key }, signal);
    await mendAll(node);
    assert.equal(mtu(), 1500);
  });

  it("have their gateway back when the bridge was made anew, and are missed while it is gone", async (t) => {
    const node = await openTestNode(t);
    const [old, next] = [makeNamespace(t, "old"), makeNamespace(t, "next")];
    await node.network.add(addRequest(old.path, "a"), signal);
    const later = {
      ...config,
      rangeSets: [[{ subnet: parseCidr("10.99.1.0/24") }], [{ subnet: parseCidr("fd00:99::/64") }]],
    };
    await node.network.add(addRequest(next.path, "b", { config: later }), signal);
    node.namespace.run("ip", "addr", "del", "10.244.1.1/24", "dev", "cni-bridge0");
    assert.deepEqual(await node.base.faults(signal), ["the bridge cni-bridge0 has lost the gateway 10.244.1.1"]);
    node.namespace.run("ip", "link", "delete", "cni-bridge0");
    await mendAll(node);
    assert.ok(pings(next, "10.99.1.1") && pings(next, "fd00:99::1"));
    assert.ok(pings(old, "10.244.1.1") && pings(old, "fd00:10:244:1::1"));
    assert.deepEqual(await node.base.faults(signal), []);
  });
});

describe("what can be mended", { skip }, () => {
  it("is, though the bridge of another network cannot be made, and that is told", async (t) => {
    const node = await openTestNode(t);
    const [pod, other] = [makeNamespace(t, "pod"), makeNamespace(t, "other")];
    await node.network.add(addRequest(pod.path, "a"), signal);
    const storage = {
      ...config,
      name: "storage",
      bridge: "br-storage",
      rangeSets: [[{ subnet: parseCidr("10.9.0.0/24") }]],
    };
    const request = addRequest(other.path, "b", { config: { ...storage, routes: [{ dst: parseCidr("0.0.0.0/0") }] } });
    await node.network.add({ ...request, key: { ...request.key, network: "storage" } }, signal);
    node.namespace.run("ip", "link", "delete", "br-storage");
    node.namespace.run("ip", "link", "add", "br-storage", "type", "veth", "peer", "name", "peer9");
    node.namespace.run("ip", "neigh", "flush", "nud", "permanent");
    const [failed = ""] = await node.base.raise(signal);
    assert.match(failed, /^make the bridge br-storage: /);
    await recover({ kernel: node.kernel, book: node.book, node: standaloneNode(), log }, signal);
    assert.ok(pings(pod, "10.244.1.1"));
    assert.match(node.namespace.run("ip", "neigh", "show", "nud", "permanent", "dev", "cni-bridge0"), /10\.244\.1\.2/);
  });

  it("limits each pod though another's link is gone for good", async (t) => {
    const node = await openTestNode(t);
    const bandwidth = { ingressRate: 8_000_000, ingressBurst: 800_000, egressRate: 0, egressBurst: 0 };
    const asked = { addresses: [], portMappings: [], aliases: [], annotations: {}, bandwidth };
    const requests = ["a", "b"].map((id) => addRequest(makeNamespace(t, id).path, id, { asked }));
    for (const request of requests) await node.network.add(request, signal);
    const [gone = "", stays = ""] = requests.map(({ key }) => linkNameOf(key));
    node.namespace.run("ip", "link", "delete", gone);
    node.namespace.run("tc", "qdisc", "del", "dev", stays, "root");
    const { failed } = await node.base.reconcile(signal);
    assert.equal(failed.length, 1);
    assert.match(failed[0] ?? "", /^limit heddle\/a\/eth0: /);
    assert.match(node.namespace.run("tc", "qdisc", "show", "dev", stays), /tbf .*rate 8Mbit/);
  });
});
