import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger } from "../../base/index.ts";
import { parseAddress, parseCidr } from "../../model/index.ts";
import { planPools } from "../addresses/pool.ts";
import { type Batch, type Kernel, type ObservedLink, type Operation } from "../kernel/model.ts";
import { nothing } from "../kernel/testing/nothing.ts";
import { networkConfigOf } from "../network-file.ts";
import { type NodeView } from "../node/model.ts";
import { WaysRefused } from "../routes/node-routes.ts";
import { createNodeBase, type NodeBase } from "./node-base.ts";
import { uplinkObservation } from "./uplink.ts";

const { signal } = new AbortController();
const config = networkConfigOf({
  name: "heddle",
  plugins: [{ type: "heddle-cni", ipam: { type: "host-local", ranges: [[{ subnet: "10.244.1.0/24" }]] } }],
});
const pools = planPools(config.rangeSets, undefined);

/** A node whose links are as `links` says now, and its `routed` link; `looks` counts how often all of them were read. */
function nodeWith(links: Readonly<Record<string, Readonly<{ address: string; mtu: number }>>>) {
  const node = { links, own: "", routed: "", looks: 0, sysctls: new Map<string, string>(), done: [] as Operation[] };
  const refused: { ways?: WaysRefused } = {};
  const kernel = {
    async observe(what: unknown) {
      if (what !== uplinkObservation) return { ...nothing, sysctls: node.sysctls };
      node.looks++;
      const each = Object.entries(node.links);
      return {
        ...nothing,
        links: each.map(([name, { mtu }]) => ({ name, mtu }) as ObservedLink),
        addresses: each.map(([link, { address }]) => ({ link, address, bits: 24 })),
        routes: node.routed === "" ? [] : [{ link: node.routed }],
      };
    },
    run: async ({ operations }: Batch) => void node.done.push(...operations),
  } as unknown as Kernel;
  const view = (): NodeView => {
    const addresses = [parseAddress(node.own) ?? []].flat();
    return { self: { name: "a", podCidrs: [], addresses }, others: [], pods: [], complete: true };
  };
  const base: NodeBase = createNodeBase({
    kernel,
    book: { attachments: () => [] } as unknown as Parameters<typeof createNodeBase>[0]["book"],
    node: { view },
    table: { reconcile: async () => ({ table: false, elements: 0 }) },
    routes: {
      reconcile: async () => {
        if (refused.ways !== undefined) throw refused.ways;
        return { operations: [], ways: [] };
      },
    },
    memory: { recall: async () => [], remember: async () => {} },
    log: silentLogger,
  });
  return { node, base, refused };
}

describe("the MTU of a node's pods", () => {
  it("is its uplink's, which is looked for once and not for each pod", async () => {
    const { node, base } = nodeWith({ eth0: { address: "192.0.2.1", mtu: 1400 } });
    node.own = "192.0.2.1";
    for (let pod = 0; pod < 3; pod++) assert.equal(await base.prepare(config, pools), 1400);
    assert.equal(node.looks, 1);
  });

  it("follows the uplink's with each comparison, and the node's address at once", async () => {
    const { node, base } = nodeWith({
      eth0: { address: "192.0.2.1", mtu: 1400 },
      eth1: { address: "192.0.2.2", mtu: 9000 },
    });
    node.own = "192.0.2.1";
    assert.equal(await base.prepare(config, pools), 1400);
    node.own = "192.0.2.2";
    assert.equal(await base.prepare(config, pools), 9000);
    node.links = { eth1: { address: "192.0.2.2", mtu: 1300 } };
    await base.raise(signal);
    assert.equal(await base.prepare(config, pools), 1300);
    node.links = { eth1: { address: "192.0.2.2", mtu: 1350 } };
    await base.connect(signal);
    assert.equal(await base.prepare(config, pools), 1350);
  });

  it("is what an earlier agent's tunnel carries, until the nodes were heard of", async () => {
    const { node, base } = nodeWith({
      eth0: { address: "192.0.2.1", mtu: 1400 },
      "heddle-vxlan": { address: "", mtu: 1350 },
    });
    node.own = "192.0.2.1";
    node.routed = "heddle-vxlan";
    assert.equal(await base.prepare(config, pools), 1350);
    await base.connect(signal);
    assert.equal(await base.prepare(config, pools), 1400);
  });

  it("is its uplink's where the tunnel stands for others only", async () => {
    const { node, base } = nodeWith({
      eth0: { address: "192.0.2.1", mtu: 1400 },
      "heddle-vxlan": { address: "", mtu: 1350 },
    });
    node.own = "192.0.2.1";
    node.routed = "eth0";
    assert.equal(await base.prepare(config, pools), 1400);
  });
});

describe("an uplink that learns from router advertisements", () => {
  const ranges = ["10.244.1.0/24", "fd00:10:244:1::/64"].map((subnet) => [{ subnet }]);
  const dual = networkConfigOf({
    name: "heddle",
    plugins: [{ type: "heddle-cni", ipam: { type: "host-local", ranges } }],
  });
  for (const [what, forwards, learns, expected] of [
    ["goes on when its node begins to forward", "0", "1", ["2"]],
    ["that is told not to stays so", "0", "0", []],
    ["of a node that forwards already stays as it is", "1", "1", []],
  ] as const)
    it(what, async () => {
      const { node, base } = nodeWith({ eth0: { address: "192.0.2.1", mtu: 1500 } });
      const key = "net/ipv6/conf/eth0/accept_ra";
      node.own = "192.0.2.1";
      node.sysctls = new Map([
        ["net/ipv6/conf/all/forwarding", forwards],
        [key, learns],
      ]);
      await base.prepare(dual, planPools(dual.rangeSets, undefined));
      const set = node.done.flatMap((one) => (one.op === "sysctl.set" && one.key === key ? [one.value] : []));
      assert.deepEqual(set, expected);
    });
});

describe("ways of which the kernel refuses some", () => {
  it("are told as they are, and the failure too", async () => {
    const { base, refused } = nodeWith({ eth0: { address: "192.0.2.1", mtu: 1500 } });
    await base.prepare(config, pools);
    const destination = parseCidr("10.244.2.0/24");
    refused.ways = new WaysRefused([{ node: "b", destination, by: "none", because: "no such device" }], []);
    await assert.rejects(base.connect(signal), { code: "HEDDLE_AGENT_WAYS_REFUSED" });
    assert.deepEqual(
      base.ways().map(({ node, because }) => [node, because]),
      [["b", "no such device"]],
    );
  });
});
