import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { maxClusters, maxNodes, planAddresses } from "./addresses.ts";

describe("planAddresses", () => {
  it("puts even nodes on the second link of two", () => {
    const { nodes } = planAddresses(3, { nodes: 3, links: 2 });
    assert.deepEqual(
      nodes.map(({ address }) => address),
      ["198.18.3.10", "198.19.3.11", "198.18.3.12"],
    );
  });

  it("gives nodes and services one range each, and with dual one of each family", () => {
    const four = planAddresses(1, { nodes: 1 });
    assert.deepEqual([four.nodes[0]?.podCidrs, four.serviceCidrs], [["10.65.1.0/24"], ["10.129.0.0/16"]]);
    const dual = planAddresses(1, { nodes: 1, ipFamilies: "dual" });
    assert.deepEqual(dual.nodes[0]?.podCidrs, ["10.65.1.0/24", "fd68:6564:a:101::/80"]);
    assert.deepEqual(dual.serviceCidrs, ["10.129.0.0/16", "fd68:6564:b:1::/112"]);
  });

  it("keeps every node's range inside its cluster's and out of every other's", () => {
    const number = fc.integer({ min: 1, max: maxClusters });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: maxNodes }), (a, b, count) => {
        const plan = planAddresses(a, { nodes: count, ipFamilies: "dual" });
        const own = blocks(plan.podCidrs);
        const others = blocks(planAddresses(b, { ipFamilies: "dual" }).podCidrs);
        const last = plan.nodes.at(-1)?.podCidrs ?? [];
        for (const cidr of last) assert.ok(contains(own, cidr), `${cidr} in ${plan.podCidrs.join()}`);
        if (a !== b) for (const cidr of last) assert.ok(!contains(others, cidr));
        assert.equal(new Set(plan.nodes.flatMap(({ podCidrs }) => podCidrs)).size, 2 * count);
      }),
    );
  });
});

const familyOf = (address: string): "ipv4" | "ipv6" => (address.includes(":") ? "ipv6" : "ipv4");

function blocks(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits] = cidr.split("/");
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function contains(list: BlockList, cidr: string): boolean {
  const [address = ""] = cidr.split("/");
  return list.check(address, familyOf(address));
}
