import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress, formatCidr, type KubeObject } from "../../model/index.ts";
import { nodeFacts, podFacts } from "./facts.ts";

const object = (kind: string, rest: Partial<KubeObject>): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "one", uid: "u1" },
  ...rest,
});

describe("what counts of a Node", () => {
  const wordsOf = (node: KubeObject): unknown => {
    const { name, podCidrs, addresses, ...rest } = nodeFacts(node);
    return { ...rest, name, podCidrs: podCidrs.map(formatCidr), addresses: addresses.map(formatAddress) };
  };

  it("is its name, its podCIDRs, its internal addresses and its runtime", () => {
    const addresses = [
      { type: "InternalIP", address: "192.0.2.1" },
      { type: "ExternalIP", address: "203.0.113.1" },
      { type: "InternalIP", address: "2001:db8::1" },
      { type: "Hostname", address: "one" },
    ];
    const nodeInfo = { containerRuntimeVersion: "containerd://2.1.4" };
    assert.deepEqual(
      wordsOf(
        object("Node", { spec: { podCIDRs: ["10.244.1.0/24", "fd00:1::/64"] }, status: { addresses, nodeInfo } }),
      ),
      {
        name: "one",
        podCidrs: ["10.244.1.0/24", "fd00:1::/64"],
        addresses: ["192.0.2.1", "2001:db8::1"],
        runtime: "containerd://2.1.4",
      },
    );
  });

  it("is podCIDR where an old API server has no podCIDRs", () =>
    assert.deepEqual(wordsOf(object("Node", { spec: { podCIDR: "10.244.1.0/24" } })), {
      name: "one",
      podCidrs: ["10.244.1.0/24"],
      addresses: [],
    }));

  it("is not what cannot be read", () =>
    assert.deepEqual(
      wordsOf(
        object("Node", {
          spec: { podCIDRs: ["10.244.1.0/24", "nonsense", 7] },
          status: { addresses: [{ type: "InternalIP", address: "nowhere" }, null] },
        }),
      ),
      { name: "one", podCidrs: ["10.244.1.0/24"], addresses: [] },
    ));
});

describe("what counts of a Pod", () => {
  it("is who it is, where it is, and whether it is over", () => {
    const pod = object("Pod", {
      metadata: { name: "api-0", namespace: "web", uid: "u2" },
      spec: { hostNetwork: true },
      status: { phase: "Succeeded", podIP: "10.244.1.9", podIPs: [{ ip: "10.244.1.9" }, { ip: "fd00:1::9" }] },
    });
    const { addresses, ...rest } = podFacts(pod);
    assert.deepEqual(addresses.map(formatAddress), ["10.244.1.9", "fd00:1::9"]);
    assert.deepEqual(rest, { uid: "u2", namespace: "web", name: "api-0", hostNetwork: true, finished: true });
  });

  it("has no address before it has one", () =>
    assert.deepEqual(podFacts(object("Pod", { metadata: { name: "api-0", namespace: "web", uid: "u2" } })), {
      uid: "u2",
      namespace: "web",
      name: "api-0",
      addresses: [],
      hostNetwork: false,
      finished: false,
    }));
});
