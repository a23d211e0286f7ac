import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress, formatCidr, type IpAddress, parseAddress, parseCidr } from "../../model/index.ts";
import { planPools } from "../addresses/pool.ts";
import { CniError } from "../cni/errors.ts";
import { gatewaysOf, networkOnNode, type NodeNetwork, rangesOf, refuseConflict, rulesOf } from "./networks.ts";
import { type RemoteNode } from "../routes/model.ts";
import { config as sample } from "./testing/node.ts";

type Said = Readonly<{ name: string; bridge?: string; subnet: string; mtu?: number }>;

/** On a node whose podCIDR is all of it. */
function network({ name, bridge = "cni-bridge0", subnet, mtu = 0 }: Said): NodeNetwork {
  const config = { ...sample, name, bridge, mtu, rangeSets: [[{ subnet: parseCidr(subnet) }]] };
  return networkOnNode(config, planPools(config.rangeSets, undefined), 1500);
}

const address = (text: string): IpAddress => parseAddress(text) ?? assert.fail(text);

const alone = { held: [], others: [], complete: true };

const node = (...podCidrs: readonly string[]): RemoteNode => ({
  name: `node-of-${podCidrs[0]}`,
  podCidrs: podCidrs.map(parseCidr),
  addresses: [address("192.0.2.7"), address("2001:db8::7")],
});

const heddle = network({ name: "heddle", subnet: "10.244.1.0/24" });

describe("networks beside each other on a node", () => {
  it("have one table of rules, whichever came first", () => {
    const storage = network({ name: "storage", bridge: "br-storage", subnet: "10.9.0.0/24" });
    const rules = rulesOf([storage, heddle], alone);
    assert.deepEqual(rules, rulesOf([heddle, storage], alone));
    assert.deepEqual(rules.bridges, ["br-storage", "cni-bridge0"]);
    assert.deepEqual(rules.pods.map(formatCidr), ["10.244.1.0/24", "10.9.0.0/24"]);
    assert.deepEqual(rules.cluster.map(formatCidr), ["10.244.1.0/24", "10.9.0.0/24"]);
    assert.deepEqual(gatewaysOf([heddle, storage]).map(formatAddress), ["10.244.1.1", "10.9.0.1"]);
  });

  it("count other nodes' pods as of the cluster, wherever the configuration has its ranges", () => {
    const rules = rulesOf([heddle], { ...alone, others: [node("10.7.2.0/24", "10.244.1.0/24")] });
    assert.deepEqual(rules.pods.map(formatCidr), ["10.244.1.0/24"]);
    assert.deepEqual(rules.cluster.map(formatCidr), ["10.244.1.0/24", "10.7.2.0/24"]);
  });

  it("let in by the tunnel whom the API server names as a node", () => {
    const { peers } = rulesOf([heddle], { ...alone, others: [node("10.244.2.0/24")] });
    assert.deepEqual(peers?.map(formatAddress), ["192.0.2.7", "2001:db8::7"]);
    // By what an earlier agent heard, too; and whom an agent knows that knows of none, must not be shut out.
    assert.equal(rulesOf([heddle], { held: [], others: [node("10.244.2.0/24")], complete: false }).peers?.length, 2);
    assert.equal(rulesOf([heddle], { ...alone, complete: false }).peers, undefined);
    assert.deepEqual(rulesOf([heddle], alone).peers, []);
  });

  it("need no other rules for a node whose pods are in the cluster's pool", () => {
    const pool = network({ name: "heddle", subnet: "10.244.0.0/16" });
    const others = [node("10.244.7.0/24", "10.245.0.0/16")];
    assert.deepEqual(rulesOf([pool], { ...alone, others }).cluster.map(formatCidr), ["10.244.0.0/16", "10.245.0.0/16"]);
  });

  it("keep the rules of pods that have addresses of before, by their block", () => {
    const held = ["10.8.3.7", "10.8.3.9", "10.244.1.9"].map((text) => ({
      address: address(text),
      bits: 24,
      gateway: address("10.8.3.1"),
    }));
    const rules = rulesOf([heddle], { ...alone, held });
    assert.deepEqual(rules.pods.map(formatCidr), ["10.244.1.0/24", "10.8.3.0/24"]);
    assert.deepEqual(rules.cluster.map(formatCidr), ["10.244.1.0/24", "10.8.3.0/24"]);
  });

  it("tell of each range once", () => {
    const storage = network({ name: "storage", subnet: "10.9.0.0/24" });
    const ranges = rangesOf([heddle, storage, { ...heddle }].flatMap(({ pools }) => pools));
    assert.deepEqual(
      ranges.map(({ first }) => formatAddress(first)),
      ["10.244.1.1", "10.9.0.1"],
    );
  });

  it("may share a bridge, be it with the same addresses or with others", () => {
    for (const subnet of ["10.244.1.0/24", "10.9.0.0/24"])
      refuseConflict(network({ name: "storage", subnet }), [heddle]);
    refuseConflict(network({ name: "storage", bridge: "br-storage", subnet: "10.9.0.0/24" }), [heddle]);
  });

  const refused: readonly (readonly [string, Said, readonly NodeNetwork[], RegExp])[] = [
    [
      "addresses that are on another bridge",
      { name: "storage", bridge: "br-storage", subnet: "10.244.0.0/16" },
      [heddle],
      /^bridge: "br-storage": the addresses 10\.244\.0\.0\/16 are on the bridge cni-bridge0, by the network heddle/,
    ],
    [
      "another bridge for the pods that a network has",
      { name: "heddle", bridge: "br-new", subnet: "10.244.1.0/24" },
      [heddle],
      /^bridge: "br-new": .*cni-bridge0.*drain the node$/,
    ],
    [
      "another MTU of one bridge",
      { name: "storage", subnet: "10.9.0.0/24", mtu: 1400 },
      [network({ name: "heddle", subnet: "10.244.1.0/24", mtu: 9000 })],
      /^mtu: 1400: the bridge cni-bridge0 has 9000 by the network heddle$/,
    ],
  ];
  for (const [what, said, others, details] of refused)
    it(`are refused ${what}, with code 7 and the field's path`, () => {
      assert.throws(
        () => refuseConflict(network(said), others),
        (error) => error instanceof CniError && error.cniCode === 7 && details.test(error.text),
      );
    });
});
