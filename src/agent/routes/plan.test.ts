import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type IpAddress, parseAddress, parseCidr } from "../../model/index.ts";
import type { KernelState, Operation } from "../kernel/model.ts";
import { nothing } from "../kernel/testing/nothing.ts";
import { type LocalNode, type RemoteNode, tunnelSysctls } from "./model.ts";
import { planRoutes } from "./plan.ts";

const address = (text: string): IpAddress => {
  const parsed = parseAddress(text);
  assert.ok(parsed, text);
  return parsed;
};

const local: LocalNode = {
  name: "one",
  addresses: [address("10.0.0.1"), address("fd00::1")],
  bridges: ["cni-bridge0"],
  gateways: [address("10.244.1.1"), address("fd00:10:244:1::1")],
  tunnel: "where-needed",
};

const remote = (name: string, number: number, ...addresses: readonly string[]): RemoteNode => ({
  name,
  podCidrs: [parseCidr(`10.244.${number}.0/24`), parseCidr(`fd00:10:244:${number}::/64`)],
  addresses: addresses.map(address),
});

const link = { kind: "veth", mac: "02:00:00:00:00:01", mtu: 1500, up: true, running: true };
const linkAddress = { tentative: false, duplicate: false, scope: "global" } as const;
/** Before the first plan. */
const bare: KernelState = {
  ...nothing,
  links: [
    { ...link, index: 2, name: "eth0" },
    { ...link, index: 3, name: "eth1", up: false },
    { ...link, index: 4, name: "cni-bridge0", kind: "bridge" },
  ],
  addresses: [
    { ...linkAddress, link: "eth0", address: "10.0.0.1", bits: 24 },
    { ...linkAddress, link: "eth0", address: "fd00::1", bits: 64 },
    { ...linkAddress, link: "eth1", address: "10.9.0.1", bits: 24 },
    { ...linkAddress, link: "cni-bridge0", address: "10.244.1.1", bits: 24 },
  ],
  routes: [{ link: "eth0", destination: "0.0.0.0", bits: 0, via: "10.0.0.254", table: 254, protocol: 3 }],
};

const vxlan = { id: 26724, port: 8472, local: "10.0.0.1", link: "eth0" };
const mac = "52:b4:0a:d4:5d:f9";
/** The tunnel stands, and nothing leads through it. */
const found: KernelState = {
  ...bare,
  links: [...bare.links, { ...link, index: 9, name: "heddle-vxlan", kind: "vxlan", mac, mtu: 1450, vxlan }],
  addresses: [...bare.addresses, { ...linkAddress, link: "heddle-vxlan", address: "10.244.1.1", bits: 32 }],
  sysctls: new Map(Object.values(tunnelSysctls).flatMap((each) => Object.entries(each))),
};

const plan = (...given: Parameters<typeof planRoutes>) => {
  const { ways, steps } = planRoutes(...given);
  return { ways, operations: steps.flatMap(({ operations }) => operations) };
};

const lines = (operations: readonly Operation[]): readonly string[] =>
  operations.map(({ op, ...rest }) =>
    [op, ...Object.entries(rest).flatMap(([name, value]) => (name === "in" ? [] : `${name}=${String(value)}`))].join(
      " ",
    ),
  );

const route = { table: 254, protocol: 72 };
const straight: KernelState = {
  ...found,
  routes: [
    ...found.routes,
    { ...route, link: "eth0", destination: "10.244.2.0", bits: 24, via: "10.0.0.2" },
    { ...route, link: "eth0", destination: "fd00:10:244:2::", bits: 64, via: "fd00::2" },
  ],
};
const onlyFour = (node: RemoteNode): RemoteNode => ({ ...node, podCidrs: node.podCidrs.slice(0, 1) });
const neighbour = remote("two", 2, "10.0.0.2", "fd00::2");
const stranger = remote("three", 3, "10.7.0.3", "fd07::3");

describe("planRoutes", () => {
  it("leads straight to the pods of a node on the same link", () => {
    const { operations, ways } = plan(local, [neighbour], found);
    assert.deepEqual(lines(operations), [
      "route.replace destination=10.244.2.0 bits=24 via=10.0.0.2 link=eth0",
      "route.replace destination=fd00:10:244:2:: bits=64 via=fd00::2 link=eth0",
    ]);
    assert.deepEqual(
      ways.map(({ because }) => because),
      ["10.0.0.2 is on eth0", "fd00::2 is on eth0"],
    );
  });

  it("leads through a tunnel to the pods of a node elsewhere", () => {
    const { operations, ways } = plan(local, [stranger], bare);
    assert.deepEqual(lines(operations), [
      "link.add-vxlan name=heddle-vxlan mac=52:b4:0a:d4:5d:f9 mtu=1450 id=26724 port=8472 local=10.0.0.1 link=eth0",
      "sysctl.set key=net/ipv4/conf/heddle-vxlan/rp_filter value=2",
      "sysctl.set key=net/ipv6/conf/heddle-vxlan/addr_gen_mode value=1",
      "sysctl.set key=net/ipv6/conf/heddle-vxlan/accept_ra value=0",
      "sysctl.set key=net/ipv6/conf/heddle-vxlan/disable_ipv6 value=0",
      "link.set name=heddle-vxlan up=true",
      "address.add link=heddle-vxlan address=10.244.1.1 bits=32",
      "forwarding.replace link=heddle-vxlan mac=c2:40:f0:77:51:5b to=10.7.0.3",
      "neighbour.replace link=heddle-vxlan mac=c2:40:f0:77:51:5b address=10.244.3.0",
      "route.replace destination=10.244.3.0 bits=24 via=10.244.3.0 link=heddle-vxlan onLink=true source=10.244.1.1",
      "forwarding.replace link=heddle-vxlan mac=c2:40:f0:77:51:5b to=10.7.0.3",
      "neighbour.replace link=heddle-vxlan mac=c2:40:f0:77:51:5b address=fe80::c040:f0ff:fe77:515b",
      "route.replace destination=fd00:10:244:3:: bits=64 via=fe80::c040:f0ff:fe77:515b link=heddle-vxlan onLink=true source=fd00:10:244:1::1",
    ]);
    assert.equal(ways[0]?.because, "no link is shared with three: by tunnel to 10.7.0.3");
  });

  it("asks nothing of IPv6, which a node may not have, of a tunnel that leads to IPv4 alone, and all when it leads to both", () => {
    const keys = (...given: Parameters<typeof plan>): readonly string[] =>
      plan(...given).operations.flatMap((one) =>
        one.op === "sysctl.set" && one.key.includes("ipv6") ? [`${one.key.slice(27)} ${one.value}`] : [],
      );
    assert.deepEqual(keys(local, [onlyFour(stranger)], bare), []);
    const sysctls = new Map([...found.sysctls.keys()].map((key) => [key, key.endsWith("accept_ra") ? "0" : "1"]));
    sysctls.set("net/ipv6/conf/heddle-vxlan/addr_gen_mode", "0");
    assert.deepEqual(keys(local, [onlyFour(stranger)], { ...found, sysctls }), []);
    assert.deepEqual(keys(local, [stranger], { ...found, sysctls }), ["addr_gen_mode 1", "disable_ipv6 0"]);
  });

  it("leads only to pods of the families that this node's own have, which may have no IPv6 at all", () => {
    const fourOnly = { ...local, addresses: [address("10.0.0.1")], gateways: [address("10.244.1.1")] };
    const { ways, operations } = plan(fourOnly, [neighbour, stranger], bare);
    assert.deepEqual(
      ways.map(({ node, destination, by }) => `${node} v${destination.family} ${by}`),
      ["two v4 link", "three v4 tunnel"],
    );
    assert.doesNotMatch(lines(operations).join(), /ipv6|fd00:|fe80:/);
    assert.deepEqual(operations, plan(fourOnly, [neighbour, stranger].map(onlyFour), bare).operations);
    const sixOnly = { ...local, gateways: [address("fd00:10:244:1::1")] };
    assert.deepEqual(
      plan(sixOnly, [neighbour, stranger], bare).ways.map(({ destination }) => destination.family),
      [6, 6],
    );
  });

  it("takes away its routes to a family's pods once this node's own have none of it", () => {
    assert.deepEqual(lines(plan({ ...local, gateways: [address("10.244.1.1")] }, [neighbour], straight).operations), [
      "route.delete destination=fd00:10:244:2:: bits=64 via=fd00::2 link=eth0",
    ]);
  });

  it("makes the tunnel first, then one way after the other, and takes away what is no more in the end", () => {
    const { steps } = planRoutes(local, [neighbour, stranger].map(onlyFour), {
      ...bare,
      routes: [{ ...route, link: "eth0", destination: "10.244.9.0", bits: 24, via: "10.0.0.9" }],
    });
    assert.deepEqual(
      steps.map(({ about, way }) => [about, way?.node]),
      [
        ["the tunnel heddle-vxlan", undefined],
        ["10.244.2.0/24 of two", "two"],
        ["10.244.3.0/24 of three", "three"],
        ["what is no more", undefined],
      ],
    );
  });

  it("leads through a tunnel to every node's pods where that is asked for, and says so", () => {
    const { operations, ways } = plan({ ...local, tunnel: "always" }, [neighbour], straight);
    assert.deepEqual(
      lines(operations).filter((line) => line.startsWith("route.")),
      [
        "route.replace destination=10.244.2.0 bits=24 via=10.244.2.0 link=heddle-vxlan onLink=true source=10.244.1.1",
        "route.replace destination=fd00:10:244:2:: bits=64 via=fe80::64a5:cbff:fe84:8e70 link=heddle-vxlan onLink=true source=fd00:10:244:1::1",
      ],
    );
    assert.equal(ways[0]?.because, 'heddle.tunnel is "always": by tunnel to 10.0.0.2');
  });

  it("finds nothing to do where all is as it shall be", () => {
    assert.deepEqual(plan(local, [neighbour], straight).operations, []);
    assert.deepEqual(plan(local, [], bare).operations, []);
  });

  it("takes away routes to nodes that are no more, after it made the new ones, and only its own", () => {
    assert.deepEqual(
      lines(plan(local, [{ ...neighbour, podCidrs: [parseCidr("10.244.9.0/24")] }], straight).operations),
      [
        "route.replace destination=10.244.9.0 bits=24 via=10.0.0.2 link=eth0",
        "route.delete destination=10.244.2.0 bits=24 via=10.0.0.2 link=eth0",
        "route.delete destination=fd00:10:244:2:: bits=64 via=fd00::2 link=eth0",
      ],
    );
  });

  it("changes a route in its place when a node's address or the route itself changes", () => {
    assert.deepEqual(lines(plan(local, [remote("two", 2, "10.0.0.22", "fd00::2")], straight).operations), [
      "route.replace destination=10.244.2.0 bits=24 via=10.0.0.22 link=eth0",
    ]);
    // Someone has given it a second next hop.
    const split = straight.routes.map((one) =>
      one.destination === "10.244.2.0" ? { ...one, otherLinks: ["eth1"] } : one,
    );
    assert.deepEqual(lines(plan(local, [neighbour], { ...straight, routes: split }).operations), [
      "route.replace destination=10.244.2.0 bits=24 via=10.0.0.2 link=eth0",
    ]);
  });

  it("leaves a route alone that someone else made, and says so", () => {
    const block = { destination: "10.244.2.0", bits: 24, table: 254, protocol: 4 };
    for (const [links, words] of [
      [{ link: "eth1", via: "10.9.0.2" }, "eth1"],
      [{ link: "eth1", via: "10.9.0.2", otherLinks: ["eth2"] }, "eth1 and eth2"],
    ] as const) {
      const { operations, ways } = plan(local, [onlyFour(neighbour)], { ...found, routes: [{ ...block, ...links }] });
      assert.deepEqual(operations, []);
      assert.equal(ways[0]?.because, `a route to 10.244.2.0/24 by ${words} is there that is not Heddle's`);
    }
  });

  it("uses no link that is down", () => {
    assert.equal(plan(local, [remote("four", 4, "10.9.0.4")], found).ways[0]?.by, "tunnel");
  });

  it("says which node cannot be reached", () => {
    const { ways, operations } = plan(local, [remote("five", 5, "fd07::5")], bare);
    assert.deepEqual(
      ways.map(({ by }) => by),
      ["none", "none"],
    );
    assert.equal(ways[0]?.because, "five has no IPv4 address that a tunnel could end at");
    assert.deepEqual(operations, []);
  });

  it("says what was found where the node's own address is on no link, and leads to whom it can", () => {
    const elsewhere = { ...local, addresses: [address("203.0.113.9")] };
    const { operations, ways } = plan(elsewhere, [stranger, neighbour].map(onlyFour), bare);
    assert.deepEqual(lines(operations), ["route.replace destination=10.244.2.0 bits=24 via=10.0.0.2 link=eth0"]);
    assert.deepEqual(
      ways.map(({ because }) => because),
      [
        "no link is shared with three, and a tunnel cannot leave from 203.0.113.9, the InternalIP of one: it is on no link (eth0 has 10.0.0.1, eth1 has 10.9.0.1); the kubelet's --node-ip can name one that is",
        "10.0.0.2 is on eth0",
      ],
    );
    const [nowhere] = plan({ ...local, addresses: [] }, [stranger], found).ways;
    assert.equal(
      nowhere?.because,
      "no link is shared with three, and one has no InternalIP that a tunnel could leave from",
    );
  });

  it("lets the tunnel leave from an address on the loopback by whichever links the default route has", () => {
    const routed: KernelState = {
      ...bare,
      links: [...bare.links, { ...link, index: 1, name: "lo", kind: "", mtu: 65_536 }],
      addresses: [...bare.addresses, { ...linkAddress, link: "lo", address: "10.255.0.1", bits: 8 }],
    };
    const narrow = { ...link, index: 7, name: "eth1", kind: "", mtu: 1400 };
    const twice: KernelState = {
      ...routed,
      links: [...routed.links, narrow],
      routes: routed.routes.map((one) => (one.bits === 0 ? { ...one, otherLinks: ["eth1"] } : one)),
    };
    const here = { ...local, addresses: [address("10.255.0.1")] };
    // In the network of the loopback's address is nobody.
    const there = onlyFour(remote("three", 3, "10.255.0.3"));
    const { operations } = plan(here, [there], routed);
    assert.equal(
      lines(operations)[0],
      "link.add-vxlan name=heddle-vxlan mac=52:b4:0a:d4:5d:f9 mtu=1450 id=26724 port=8472 local=10.255.0.1",
    );
    assert.match(lines(plan(here, [there], twice).operations)[0] ?? "", / mtu=1350 .* local=10\.255\.0\.1$/);
    const [way] = plan(here, [there], { ...routed, routes: [] }).ways;
    assert.equal(
      way?.because,
      "no link is shared with three, and a tunnel cannot leave from 10.255.0.1, the InternalIP of one: it is on lo, which leads nowhere, and there is no default route of IPv4 that names its link",
    );
  });

  it("lets the tunnel stand for what others may send by it, while another node is there", () => {
    assert.deepEqual(lines(plan(local, [neighbour], { ...bare, routes: straight.routes }).operations), [
      "link.add-vxlan name=heddle-vxlan mac=52:b4:0a:d4:5d:f9 mtu=1450 id=26724 port=8472 local=10.0.0.1 link=eth0",
      "sysctl.set key=net/ipv4/conf/heddle-vxlan/rp_filter value=2",
      "sysctl.set key=net/ipv6/conf/heddle-vxlan/addr_gen_mode value=1",
      "sysctl.set key=net/ipv6/conf/heddle-vxlan/accept_ra value=0",
      "sysctl.set key=net/ipv6/conf/heddle-vxlan/disable_ipv6 value=0",
      "link.set name=heddle-vxlan up=true",
      "address.add link=heddle-vxlan address=10.244.1.1 bits=32",
    ]);
    const before = { ...linkAddress, link: "heddle-vxlan", address: "10.244.5.1", bits: 32 };
    assert.deepEqual(
      lines(plan(local, [neighbour], { ...straight, addresses: [...found.addresses, before] }).operations),
      ["address.delete link=heddle-vxlan address=10.244.5.1 bits=32"],
    );
    const gone = lines(plan(local, [], straight).operations);
    assert.equal(gone.at(-1), "link.delete name=heddle-vxlan");
    assert.deepEqual(lines(plan({ ...local, addresses: [] }, [neighbour], straight).operations), [
      "link.delete name=heddle-vxlan",
    ]);
  });

  it("makes the tunnel anew when it is another's or leaves from elsewhere", () => {
    const other: KernelState = {
      ...found,
      links: [
        ...bare.links,
        { ...link, index: 9, name: "heddle-vxlan", kind: "vxlan", vxlan: { ...vxlan, local: "10.0.0.99" } },
      ],
    };
    const again = lines(plan(local, [stranger], other).operations);
    assert.deepEqual(again, ["link.delete name=heddle-vxlan", ...lines(plan(local, [stranger], bare).operations)]);
  });
});
