import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Operation } from "../kernel/model.ts";
import { linkNameOf, shaperNameOf, routePriorityOf } from "./names.ts";
import { planNode } from "./node-plan.ts";
import { planAttach, planDetach, planMend } from "./pod-plan.ts";
import { pod } from "./testing/pod-link.ts";

/** An operation as one line: "pod address.add link=eth0 …". */
const line = ({ op, ...rest }: Operation): string => {
  const { in: place, ...members } = { in: "both", ...rest };
  const texts = Object.entries(members).map(
    ([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  return [place, op, ...texts].join(" ");
};

describe("planNode", () => {
  it("makes a bridge that routes for its pods", () => {
    const plan = planNode({
      bridge: "cni-bridge0",
      mtu: 1450,
      gateways: [
        { address: "10.244.1.1", bits: 24 },
        { address: "fd00:10:244:1::1", bits: 64 },
      ],
      advertised: ["eth1"],
    });
    assert.deepEqual(plan.map(line), [
      "node link.add-bridge name=cni-bridge0 mac=76:47:a2:a9:cd:5f mtu=1450",
      "node sysctl.set key=net/ipv6/conf/cni-bridge0/disable_ipv6 value=0",
      "node sysctl.set key=net/ipv6/conf/cni-bridge0/addr_gen_mode value=1",
      "node sysctl.set key=net/ipv6/conf/cni-bridge0/accept_ra value=0",
      "node sysctl.set key=net/ipv6/conf/cni-bridge0/accept_dad value=0",
      "node link.set name=cni-bridge0 mac=76:47:a2:a9:cd:5f mtu=1450 up=true",
      "node sysctl.set key=net/ipv4/conf/all/send_redirects value=0",
      "node sysctl.set key=net/ipv4/conf/cni-bridge0/send_redirects value=0",
      "node sysctl.set key=net/ipv4/conf/cni-bridge0/rp_filter value=1",
      "node sysctl.set key=net/ipv4/ip_forward value=1",
      "node sysctl.set key=net/ipv6/conf/eth1/accept_ra value=2",
      "node sysctl.set key=net/ipv6/conf/all/forwarding value=1",
      "node address.add link=cni-bridge0 address=10.244.1.1 bits=24",
      "node address.add link=cni-bridge0 address=fd00:10:244:1::1 bits=64",
    ]);
  });

  it("leaves IPv6 alone where pods have none of it", () => {
    const plan = planNode({
      bridge: "b",
      mtu: 1500,
      gateways: [{ address: "10.0.0.1", bits: 24 }],
      advertised: ["eth1"],
    });
    assert.ok(!plan.map(line).some((text) => text.includes("ipv6")));
  });
});

describe("planAttach", () => {
  it("makes a pod's link, addresses, routes and neighbours, in one batch", () => {
    const { netns, operations, undo } = planAttach(pod);
    assert.equal(netns, "/run/netns/cni-1");
    assert.deepEqual(operations.map(line), [
      'both link.add-veth node={"name":"hdl9eea16c34a8","mac":"4e:14:04:39:e3:df"} pod={"name":"eth0","mac":"0a:58:0a:f4:01:0b"} bridge=cni-bridge0 mtu=1450',
      'node link.set name=hdl9eea16c34a8 alias=heddle/4f3c/eth0 port={"hairpin":true,"learning":false,"unicastFlood":false,"multicastFlood":false,"broadcastFlood":false}',
      "node forwarding.replace link=hdl9eea16c34a8 mac=0a:58:0a:f4:01:0b",
      "pod link.set name=lo up=true",
      "pod sysctl.set key=net/ipv6/conf/eth0/disable_ipv6 value=0",
      "pod link.set name=eth0 up=true",
      "pod address.add link=eth0 address=10.244.1.11 bits=32",
      "pod address.add link=eth0 address=fd00:10:244:1::b bits=128",
      "pod neighbour.replace link=eth0 address=10.244.1.1 mac=76:47:a2:a9:cd:5f",
      "pod route.replace destination=10.244.1.1 bits=32 link=eth0",
      "pod neighbour.replace link=eth0 address=fd00:10:244:1::1 mac=76:47:a2:a9:cd:5f",
      "pod route.replace destination=fd00:10:244:1::1 bits=128 link=eth0",
      "pod route.replace destination=0.0.0.0 bits=0 link=eth0 via=10.244.1.1",
      "pod route.replace destination=10.96.0.0 bits=12 link=eth0 via=10.244.1.9 onLink=true",
      "pod route.replace destination=:: bits=0 link=eth0 via=fd00:10:244:1::1",
      "node neighbour.replace link=cni-bridge0 address=10.244.1.11 mac=0a:58:0a:f4:01:0b",
      "node neighbour.replace link=cni-bridge0 address=fd00:10:244:1::b mac=0a:58:0a:f4:01:0b",
      "node link.settle name=hdl9eea16c34a8",
      "node link.settle name=cni-bridge0",
      "pod link.settle name=eth0",
    ]);
    assert.deepEqual(
      undo,
      planDetach(pod.key, { bridge: pod.bridge, addresses: ["10.244.1.11", "fd00:10:244:1::b"] }).operations,
    );
  });

  it("gives routes what they ask for, behind those of eth0 for every other interface", () => {
    const routes = [{ destination: "10.96.0.0/12", mtu: 1400, advmss: 1340, priority: 7 }, { destination: "::/0" }];
    const made = (ifname: string): readonly string[] =>
      planAttach({ ...pod, key: { ...pod.key, ifname }, routes })
        .operations.map(line)
        .filter((text) => text.startsWith("pod route.replace") && text.includes("via"));
    const behind = routePriorityOf({ ifname: "eth1" }) ?? 0;
    assert.deepEqual(made("eth0"), [
      "pod route.replace destination=10.96.0.0 bits=12 link=eth0 via=10.244.1.1 mtu=1400 advmss=1340 priority=7",
      "pod route.replace destination=:: bits=0 link=eth0 via=fd00:10:244:1::1",
    ]);
    assert.deepEqual(made("eth1"), [
      `pod route.replace destination=10.96.0.0 bits=12 link=eth1 via=10.244.1.1 mtu=1400 advmss=1340 priority=${behind + 7}`,
      `pod route.replace destination=:: bits=0 link=eth1 via=fd00:10:244:1::1 priority=${behind}`,
    ]);
  });

  it("leaves out routes of a family that the pod has no address of", () => {
    const { operations } = planAttach({ ...pod, addresses: pod.addresses.slice(0, 1) });
    assert.ok(!operations.map(line).some((text) => text.includes(":: ") || text.includes("ipv6")));
  });
});

describe("planDetach", () => {
  it("needs nothing of the pod's namespace", () => {
    const plan = planDetach(pod.key, { bridge: "cni-bridge0", addresses: ["10.244.1.11"] });
    assert.equal(plan.netns, undefined);
    assert.deepEqual(plan.operations.map(line), [
      "node neighbour.delete link=cni-bridge0 address=10.244.1.11",
      `node link.delete name=${linkNameOf(pod.key)}`,
      `node link.delete name=${shaperNameOf(pod.key)}`,
    ]);
  });
});

describe("planMend", () => {
  it("does everything again but making the interfaces", () => {
    const { operations } = planAttach(pod);
    assert.deepEqual(planMend(pod).operations, operations.slice(1));
  });
});
