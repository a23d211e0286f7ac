import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KernelState, ObservedLink } from "../kernel/model.ts";
import { nothing } from "../kernel/testing/nothing.ts";
import { compareAttachment, describeDifference, whatToCompare } from "./compare.ts";
import { linkNameOf, podMacOf } from "./names.ts";
import { planAttach } from "./pod-plan.ts";
import { pod } from "./testing/pod-link.ts";

describe("compareAttachment", () => {
  const name = linkNameOf(pod.key);
  const { mac = podMacOf(pod.key) } = pod;
  const gatewayMac = planAttach(pod).operations.flatMap((one) =>
    one.op === "neighbour.replace" && one.in === "pod" ? one.mac : [],
  )[0] as string;
  const veth = { kind: "veth", mtu: 1450, up: true, running: true };
  const address = { link: "eth0", tentative: false, duplicate: false, scope: "global" } as const;
  const route = { link: "eth0", table: 254, protocol: 72 };
  const whole = {
    pod: {
      ...nothing,
      links: [
        { index: 1, name: "lo", kind: "", mac: "00:00:00:00:00:00", mtu: 65536, up: true, running: true },
        { ...veth, index: 2, name: "eth0", mac, peer: 7 },
      ],
      addresses: [
        { ...address, address: "10.244.1.11", bits: 32 },
        { ...address, address: "fd00:10:244:1::b", bits: 128 },
        { ...address, address: "192.0.2.77", bits: 32 },
      ],
      routes: [
        { ...route, destination: "10.244.1.1", bits: 32 },
        { ...route, destination: "0.0.0.0", bits: 0, via: "10.244.1.1" },
        { ...route, destination: "10.96.0.0", bits: 12, via: "10.244.1.9" },
        { ...route, destination: "fd00:10:244:1::1", bits: 128 },
        { ...route, destination: "::", bits: 0, via: "fd00:10:244:1::1" },
      ],
      neighbours: [
        { link: "eth0", address: "10.244.1.1", mac: gatewayMac, permanent: true },
        { link: "eth0", address: "fd00:10:244:1::1", mac: gatewayMac, permanent: true },
      ],
    },
    node: {
      ...nothing,
      links: [
        { index: 3, name: "cni-bridge0", kind: "bridge", mac: gatewayMac, mtu: 1450, up: true, running: true },
        {
          ...veth,
          index: 7,
          name,
          mac: "02:00:00:00:00:07",
          peer: 2,
          bridge: "cni-bridge0",
          port: {
            hairpin: true,
            learning: false,
            unicastFlood: false,
            multicastFlood: false,
            broadcastFlood: false,
            isolated: false,
          },
        },
      ],
      addresses: [
        { ...address, link: "cni-bridge0", address: "10.244.1.1", bits: 24 },
        { ...address, link: "cni-bridge0", address: "fd00:10:244:1::1", bits: 64 },
      ],
      routes: [
        { ...route, link: "eth0", destination: "0.0.0.0", bits: 0, via: "192.0.2.1" },
        { ...route, link: "cni-bridge0", destination: "10.244.1.0", bits: 24 },
        { ...route, link: "cni-bridge0", destination: "fd00:10:244:1::", bits: 64 },
      ],
      forwarding: [
        { link: name, mac: "02:00:00:00:00:07", permanent: true },
        { link: name, mac, permanent: true },
      ],
      neighbours: [
        { link: "cni-bridge0", address: "10.244.1.11", mac, permanent: true },
        { link: "cni-bridge0", address: "fd00:10:244:1::b", mac, permanent: true },
      ],
    },
  } satisfies Readonly<{ pod: KernelState; node: KernelState }>;
  const told = (found: Readonly<{ pod: KernelState; node: KernelState }>): readonly string[] =>
    compareAttachment(pod, found).map(describeDifference);

  it("finds nothing where all is as the ADD made it, whatever the pod has besides", () => {
    assert.deepEqual(told(whole), []);
  });

  it("asks for what it compares", () => {
    const { pod: inPod, node } = whatToCompare(pod);
    assert.equal(inPod.netns, pod.netns);
    assert.deepEqual(node.links, [name, "cni-bridge0"]);
  });

  it("names what is missing", () => {
    assert.deepEqual(told({ ...whole, pod: { ...whole.pod, addresses: [], routes: whole.pod.routes.slice(1) } }), [
      "the address of eth0 in the pod: expected 10.244.1.11/32, found none",
      "the address of eth0 in the pod: expected fd00:10:244:1::b/128, found none",
      "the route to 10.244.1.1/32 in the pod: expected by eth0, found none",
    ]);
  });

  it("names a neighbour that the node would send the pod's packets to instead", () => {
    const [first, second] = whole.node.neighbours;
    const wrong = { ...first, mac: "02:00:00:00:00:99" } as NonNullable<typeof first>;
    assert.deepEqual(told({ ...whole, node: { ...whole.node, neighbours: [wrong, second as typeof wrong] } }), [
      `the neighbour 10.244.1.11 of cni-bridge0 on the node: expected ${mac} for ever, found 02:00:00:00:00:99 for ever`,
    ]);
  });

  it("names a route that leads elsewhere and a link that is down or out of its bridge", () => {
    const routes = whole.pod.routes.map((one) =>
      one.bits === 0 && one.destination === "0.0.0.0" ? { ...one, via: "10.244.1.254" } : one,
    );
    const links = whole.node.links.map((link): ObservedLink => {
      if (link.name !== name) return link;
      const { bridge: _, port: __, ...rest }: ObservedLink = link;
      return { ...rest, up: false };
    });
    assert.deepEqual(told({ pod: { ...whole.pod, routes }, node: { ...whole.node, links } }), [
      `the state of ${name} on the node: expected up, found down`,
      `the bridge of ${name} on the node: expected cni-bridge0, found none`,
      "the route to 0.0.0.0/0 in the pod: expected by eth0 via 10.244.1.1, found by eth0 via 10.244.1.254",
    ]);
  });

  it("names a route that has come to lead two ways", () => {
    const routes = whole.pod.routes.map((one) =>
      one.bits === 0 && one.destination === "0.0.0.0" ? { ...one, otherLinks: ["net1"] } : one,
    );
    assert.deepEqual(told({ ...whole, pod: { ...whole.pod, routes } }), [
      "the route to 0.0.0.0/0 in the pod: expected by eth0 via 10.244.1.1, found by eth0 and net1 via 10.244.1.1",
    ]);
  });

  it("names a route of another MTU or priority, where one was asked for", () => {
    const routes = [{ destination: "0.0.0.0/0", mtu: 1400, priority: 7 }];
    const found = (changes: object): readonly string[] => {
      const changed = whole.pod.routes.map((one) => (one.destination === "0.0.0.0" ? { ...one, ...changes } : one));
      return compareAttachment({ ...pod, routes }, { ...whole, pod: { ...whole.pod, routes: changed } }).map(
        describeDifference,
      );
    };
    const expected = "the route to 0.0.0.0/0 in the pod: expected by eth0 via 10.244.1.1 with MTU 1400, found";
    assert.deepEqual(found({ mtu: 1400, priority: 7 }), []);
    assert.deepEqual(found({ priority: 7 }), [`${expected} by eth0 via 10.244.1.1 with MTU none`]);
    assert.deepEqual(found({ mtu: 1400, priority: 8 }), [`${expected} none`]);
  });

  it("tells a missing interface once", () => {
    const links = whole.pod.links.slice(0, 1);
    assert.ok(
      told({ ...whole, pod: { ...whole.pod, links } }).includes("eth0 in the pod: expected an interface, found none"),
    );
    assert.ok(told({ ...whole, node: nothing }).includes(`${name} on the node: expected an interface, found none`));
  });

  it("names a MAC that the bridge sends nowhere, out by another port, or not for ever", () => {
    const found = (forwarding: KernelState["forwarding"]): readonly string[] =>
      told({ ...whole, node: { ...whole.node, forwarding } });
    const expected = `the port of ${mac} at its bridge: expected ${name} for ever, found`;
    assert.deepEqual(found(whole.node.forwarding.slice(0, 1)), [`${expected} none`]);
    assert.deepEqual(found([{ link: "hdl0", mac, permanent: true }]), [`${expected} hdl0 for ever`]);
    assert.deepEqual(found([{ link: name, mac, permanent: false }]), [`${expected} ${name} for a while`]);
    // The same MAC behind a VXLAN is no entry of the bridge's; one at another bridge's port is not in the way.
    assert.deepEqual(found([{ link: name, mac, permanent: true, to: "192.0.2.2" }]), [`${expected} none`]);
    assert.deepEqual(found([{ link: "br1p0", mac, permanent: true }, ...whole.node.forwarding]), []);
  });

  it("follows the node's way to the pod: the bridge, its gateways, the route that the kernel takes", () => {
    const found = (changes: Partial<KernelState>): readonly string[] =>
      told({ ...whole, node: { ...whole.node, ...changes } });
    const { addresses, routes } = whole.node;
    const downed = whole.node.links.map((link) => ({ ...link, up: link.name === name }));
    assert.deepEqual(found({ links: downed }), ["the state of cni-bridge0 on the node: expected up, found down"]);
    assert.deepEqual(found({ addresses: addresses.slice(1) }), [
      "the gateway of cni-bridge0 on the node: expected 10.244.1.1, found none",
    ]);
    assert.deepEqual(found({ routes: routes.slice(0, 1) }), [
      "the node's route to 10.244.1.11: expected by cni-bridge0, found by eth0 via 192.0.2.1",
      "the node's route to fd00:10:244:1::b: expected by cni-bridge0, found none",
    ]);
    const away = { ...route, link: "hdl-vxlan", destination: "10.244.1.0", bits: 24 };
    const toAway = ["the node's route to 10.244.1.11: expected by cni-bridge0, found by hdl-vxlan"];
    assert.deepEqual(found({ routes: [...routes, { ...away, bits: 28 }] }), toAway, "a longer prefix wins");
    assert.deepEqual(found({ routes: [{ ...away, priority: 20 }, ...routes] }), [], "the lower priority wins");
    const split = { ...away, bits: 25, link: "cni-bridge0", otherLinks: ["eth0"] };
    assert.deepEqual(found({ routes: [...routes, split] }), [
      "the node's route to 10.244.1.11: expected by cni-bridge0, found by cni-bridge0 and eth0",
    ]);
    const { link: _, ...unreachable } = away;
    assert.deepEqual(found({ routes: [...routes, { ...unreachable, bits: 25 }] }), [
      "the node's route to 10.244.1.11: expected by cni-bridge0, found one that says unreachable",
    ]);
  });
});
