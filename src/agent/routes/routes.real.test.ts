import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type TunnelUse } from "../cni/model.ts";
import { type IpAddress, parseAddress, parseCidr } from "../../model/index.ts";
import { createKernel } from "../kernel/kernel.ts";
import { planNode } from "../links/node-plan.ts";
import { planAttach } from "../links/pod-plan.ts";
import { createNft } from "../rules/nft.ts";
import { createNodeTable } from "../rules/node-table.ts";
import { until } from "../../../test/kube/until.ts";
import { ask, makeNamespace, serveEcho, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import type { LocalNode, RemoteNode } from "./model.ts";
import { createNodeRoutes, WaysRefused } from "./node-routes.ts";

const skip = whyNoNamespaces("nft", "socat", "busybox") ?? false;
const bridge = "cni-bridge0";

const address = (text: string): IpAddress => {
  const parsed = parseAddress(text);
  assert.ok(parsed, text);
  return parsed;
};

/** Nodes one and two are on the first link, three on the second; a router is between, and knows nothing of pods. */
const places = [
  { number: 1, link: 1 },
  { number: 2, link: 1 },
  { number: 3, link: 2 },
] as const;
type Place = (typeof places)[number];

const addressesOf = ({ number, link }: Place): readonly string[] => [
  `198.51.${link}.${number}`,
  `2001:db8:${link}::${number}`,
];
const podCidrsOf = ({ number }: Place): readonly string[] => [`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`];
const podAddresses = ({ number }: Place): readonly [string, string] => [
  `10.244.${number}.10`,
  `fd00:10:244:${number}::10`,
];

const remoteOf = (place: Place): RemoteNode => ({
  name: `node-${place.number}`,
  podCidrs: podCidrsOf(place).map(parseCidr),
  addresses: addressesOf(place).map(address),
});

function connect(router: TestNamespace, node: TestNamespace, place: Place): void {
  const { number, link } = place;
  router.run("ip", "link", "add", `n${number}`, "type", "veth", "peer", "name", "eth0", "netns", node.name);
  router.run("ip", "link", "set", `n${number}`, "master", `link${link}`, "up");
  const [four = "", six = ""] = addressesOf(place);
  node.run("ip", "link", "set", "lo", "up");
  // Links that come later have no IPv6 unless someone wants it of them.
  node.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
  node.run("ip", "addr", "add", `${four}/24`, "dev", "eth0");
  node.run("ip", "addr", "add", `${six}/64`, "dev", "eth0", "nodad");
  node.run("ip", "link", "set", "eth0", "up");
  node.run("ip", "route", "add", "default", "via", `198.51.${link}.254`);
  node.run("ip", "-6", "route", "add", "default", "via", `2001:db8:${link}::254`);
}

function makeRouter(t: TestContext): TestNamespace {
  const router = makeNamespace(t, "router");
  for (const link of [1, 2]) {
    router.run("ip", "link", "add", `link${link}`, "type", "bridge");
    router.run("ip", "addr", "add", `198.51.${link}.254/24`, "dev", `link${link}`);
    router.run("ip", "addr", "add", `2001:db8:${link}::254/64`, "dev", `link${link}`, "nodad");
    router.run("ip", "link", "set", `link${link}`, "up");
  }
  router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
  return router;
}

async function makeNode(t: TestContext, router: TestNamespace, place: Place) {
  const [node, pod] = [makeNamespace(t, `node${place.number}`), makeNamespace(t, `pod${place.number}`)];
  connect(router, node, place);
  const kernel = createKernel({ home: node.path });
  t.after(() => kernel[Symbol.asyncDispose]());
  const [four = "", six = ""] = podCidrsOf(place).map((cidr) => cidr.replace(/\/.*/, ""));
  const gateways = [four.replace(/0$/, "1"), `${six}1`] as const;
  await kernel.run({
    operations: planNode({
      bridge,
      mtu: 1500,
      gateways: gateways.map((one, index) => ({ address: one, bits: index === 0 ? 24 : 64 })),
    }),
  });
  const addresses = podAddresses(place).map((one, index) => ({ address: one, gateway: gateways[index] ?? "" }));
  await kernel.run(
    planAttach({
      key: { network: "heddle", containerId: "c", ifname: "eth0" },
      netns: pod.path,
      bridge,
      mtu: 1500,
      addresses,
      routes: [{ destination: "0.0.0.0/0" }, { destination: "::/0" }],
    }),
  );
  const table = createNodeTable({ kernel, nft: createNft(["nsenter", `--net=${node.path}`, "--", "nft"]) });
  const rules = {
    bridges: [bridge],
    pods: podCidrsOf(place).map(parseCidr),
    cluster: [parseCidr("10.244.0.0/16"), parseCidr("fd00:10:244::/48")],
  };
  await table.reconcile({ rules, pods: () => [] });
  const local: LocalNode = {
    name: `node-${place.number}`,
    addresses: addressesOf(place).map(address),
    bridges: [bridge],
    gateways: gateways.map(address),
    tunnel: "where-needed",
  };
  const routes = createNodeRoutes({ kernel });
  const reconcile = (others: readonly Place[], tunnel: TunnelUse = "where-needed") =>
    routes.reconcile({ ...local, tunnel }, others.map(remoteOf));
  await reconcile(places.filter((one) => one !== place));
  return { place, node, pod, kernel, local, reconcile };
}

/** As kube-proxy: port 30080 of the node leads to a server elsewhere, which sees a node and not who asked. */
function leadNodePort(node: TestNamespace, place: Place): void {
  const [four, six] = podAddresses(place);
  node.run("nft", "add table inet proxy");
  for (const [chain, hook] of [
    ["to", "prerouting priority -100"],
    ["from", "output priority -100"],
  ] as const) {
    node.run("nft", `add chain inet proxy ${chain} { type nat hook ${hook}; }`);
    node.run("nft", `add rule inet proxy ${chain} fib daddr type local tcp dport 30080 dnat ip to ${four}:80`);
    node.run("nft", `add rule inet proxy ${chain} fib daddr type local tcp dport 30080 dnat ip6 to [${six}]:80`);
  }
  node.run("nft", "add chain inet proxy hide { type nat hook postrouting priority 100; }");
  node.run("nft", "add rule inet proxy hide ct status dnat masquerade");
}

/** What a pod's server told; a busy machine may take longer than one question waits. */
const answered = (from: TestNamespace, target: string, port = 80): Promise<string> =>
  until(`${from.name} is answered by ${target}`, () => ask(from, target, port));

describe("three nodes on two links", { skip }, () => {
  it("reach each other's pods over IPv4 and IPv6, straight or by tunnel, from pods and from nodes", async (t) => {
    const router = makeRouter(t);
    const nodes = [];
    for (const place of places) nodes.push(await makeNode(t, router, place));
    for (const { pod } of nodes) await serveEcho(t, pod, 80);
    for (const from of nodes)
      for (const to of nodes.filter((one) => one !== from))
        for (const [family, target] of podAddresses(to.place).entries()) {
          // The sender is the pod itself: nothing hides it within the cluster.
          const answer = await answered(from.pod, target);
          assert.equal(answer, podAddresses(from.place)[family], `${from.pod.name} to ${target}`);
          await answered(from.node, target);
        }
    assert.match(nodes[0]?.node.run("ip", "route") ?? "", /10\.244\.2\.0\/24 via 198\.51\.1\.2 dev eth0 proto 72/);
    assert.match(
      nodes[0]?.node.run("ip", "route") ?? "",
      /10\.244\.3\.0\/24 via 10\.244\.3\.0 dev heddle-vxlan proto 72/,
    );
  });

  it("reach each other's pods on a link that drops the addresses of pods, where the tunnel is always used", async (t) => {
    const router = makeRouter(t);
    // As a cloud does that knows no address but the machine's own.
    router.run("nft", "add table bridge cloud");
    router.run("nft", "add chain bridge cloud forward { type filter hook forward priority 0; }");
    router.run("nft", "add rule bridge cloud forward ip saddr 10.244.0.0/16 drop");
    router.run("nft", "add rule bridge cloud forward ip6 saddr fd00:10:244::/48 drop");
    const [first, second] = places;
    const one = await makeNode(t, router, first);
    const two = await makeNode(t, router, second);
    const isReached = (from: TestNamespace, host: string): boolean =>
      from.succeeds("busybox", host.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "2", host);
    for (const host of podAddresses(second)) assert.ok(!isReached(one.pod, host), host);
    await one.reconcile([second], "always");
    await two.reconcile([first], "always");
    for (const [from, to] of [
      [one, second],
      [two, first],
    ] as const)
      for (const host of podAddresses(to)) {
        await until(`${from.pod.name} reaches ${host}`, () => isReached(from.pod, host));
        await until(`${from.node.name} reaches ${host}`, () => isReached(from.node, host));
      }
    for (const host of ["10.244.1.1", "fd00:10:244:1::1"])
      await until(`${one.pod.name} reaches its own gateway ${host}`, () => isReached(one.pod, host));
    // What is masqueraded comes back the same way, though packets that come elsewhere than they would go are dropped.
    for (const { node } of [one, two]) node.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter");
    await serveEcho(t, two.pod, 80);
    leadNodePort(one.node, second);
    for (const [family, host] of addressesOf(first).entries())
      for (const from of [one.node, router])
        assert.equal(await answered(from, host, 30080), ["10.244.1.1", "fd00:10:244:1::1"][family], from.name);
  });

  it("reach each other's pods while one of two takes the tunnel already and the other does not yet", async (t) => {
    const router = makeRouter(t);
    const [first, second] = places;
    const nodes = [await makeNode(t, router, first), await makeNode(t, router, second)] as const;
    for (const { node, pod, reconcile, place } of nodes) {
      // Senders are checked everywhere, by the link strictly only where the machine's owner does not want them otherwise.
      node.run(
        "sh",
        "-c",
        "echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 2 >/proc/sys/net/ipv4/conf/eth0/rp_filter",
      );
      await reconcile([place === first ? second : first]);
      await serveEcho(t, pod, 80);
    }
    const [one, two] = nodes;
    for (const tunnel of ["always", "where-needed"] as const) {
      await one.reconcile([second], tunnel);
      for (const [from, to] of [
        [one, two],
        [two, one],
      ] as const)
        for (const [family, target] of podAddresses(to.place).entries()) {
          assert.equal(await answered(from.pod, target), podAddresses(from.place)[family], `${tunnel} to ${target}`);
          await answered(from.node, target);
        }
      // Then the other follows, and the first goes back before it does.
      await two.reconcile([first], "always");
    }
  });

  it("have the gateways of their pods on the tunnel, and no others' of before", async (t) => {
    const router = makeRouter(t);
    const [first, , third] = places;
    const { node, kernel, reconcile, local } = await makeNode(t, router, first);
    const onTunnel = (): readonly unknown[] =>
      node
        .ip("-4", "addr", "show", "dev", "heddle-vxlan")
        .flatMap(({ addr_info }) => addr_info as Readonly<{ local: string; prefixlen: number }>[])
        .map(({ local: address, prefixlen }) => `${address}/${prefixlen}`);
    assert.deepEqual(onTunnel(), ["10.244.1.1/32"]);
    const routes = node.run("ip", "route", "show", "table", "all");
    node.run("ip", "addr", "flush", "dev", "heddle-vxlan");
    node.run("ip", "addr", "add", "10.244.1.1/24", "dev", "heddle-vxlan", "noprefixroute");
    await reconcile([third]);
    assert.deepEqual(onTunnel(), ["10.244.1.1/32"]);
    assert.equal(node.run("ip", "route", "get", "10.244.1.10").match(/dev (\S+)/)?.[1], bridge);
    const sorted = (text: string): readonly string[] => text.split("\n").toSorted();
    await reconcile(places.filter((place) => place !== first));
    assert.deepEqual(sorted(node.run("ip", "route", "show", "table", "all")), sorted(routes));
    await createNodeRoutes({ kernel }).reconcile({ ...local, gateways: [address("10.244.1.129")] }, [remoteOf(third)]);
    assert.deepEqual(onTunnel(), ["10.244.1.129/32"]);
  });

  it("reach each other's pods where the nodes' addresses are on loopbacks that are routed to", async (t) => {
    const router = makeRouter(t);
    const [first, , third] = places;
    const nodes = [await makeNode(t, router, first), await makeNode(t, router, third)] as const;
    const loopback = ({ number }: Place): string => `10.255.0.${number}`;
    for (const { node, place } of nodes) {
      node.run("ip", "addr", "add", `${loopback(place)}/32`, "dev", "lo");
      router.run("ip", "route", "add", loopback(place), "via", addressesOf(place)[0] ?? "");
    }
    for (const [from, to] of [nodes, [nodes[1], nodes[0]] as const]) {
      const addresses = [address(loopback(from.place))];
      const remote = { ...remoteOf(to.place), addresses: [address(loopback(to.place))] };
      await createNodeRoutes({ kernel: from.kernel }).reconcile({ ...from.local, addresses }, [remote]);
    }
    const [one, two] = nodes;
    const [tunnel] = one.node.ip("link", "show", "dev", "heddle-vxlan");
    assert.equal(tunnel?.["mtu"], 1450);
    assert.match(JSON.stringify(tunnel), /"local":"10\.255\.0\.1","link":"eth0"/);
    await serveEcho(t, two.pod, 80);
    for (const [family, target] of podAddresses(third).entries())
      assert.equal(await answered(one.pod, target), podAddresses(first)[family]);
  });

  it("have every way that can be made, though another is refused, and say which", async (t) => {
    const router = makeRouter(t);
    const { node, reconcile } = await makeNode(t, router, places[0]);
    const others = places.slice(1);
    node.run("ip", "link", "delete", "heddle-vxlan");
    node.run("ip", "route", "del", "10.244.2.0/24");
    node.run("ip", "route", "add", "10.244.77.0/24", "via", "198.51.1.2", "proto", "72");
    // Another's tunnel has the same port, in another form.
    node.run("ip", "link", "add", "theirs", "type", "vxlan", "external", "gpe", "dstport", "8472");
    node.run("ip", "link", "set", "theirs", "up");
    const refused = await reconcile(others.toReversed()).catch((error: unknown) => error);
    assert.ok(refused instanceof WaysRefused);
    assert.match(refused.message, /the tunnel heddle-vxlan: .*\(E[A-Z]+\).* 10\.244\.3\.0\/24 of node-3: /);
    assert.deepEqual(
      refused.ways.map(({ node: name, destination, by }) => `${name} v${destination.family} ${by}`),
      ["node-3 v4 none", "node-3 v6 none", "node-2 v4 link", "node-2 v6 link"],
    );
    assert.match(refused.ways[0]?.because ?? "", /heddle-vxlan.*\(E[A-Z]+\)/);
    const routes = node.run("ip", "route");
    assert.match(routes, /10\.244\.2\.0\/24 via/);
    assert.doesNotMatch(routes, /10\.244\.77\./);
    // Nothing of this node's is amiss where no way leads through the tunnel.
    await reconcile([places[1]]);
    node.run("ip", "link", "delete", "theirs");
    await reconcile(others);
    assert.match(node.run("ip", "route"), /10\.244\.3\.0\/24 via/);
    assert.deepEqual((await reconcile(others)).operations, []);
  });

  it("carry whole packets by tunnel though they do not fit it", async (t) => {
    const router = makeRouter(t);
    const [first, , third] = places;
    const one = await makeNode(t, router, first);
    await makeNode(t, router, third);
    for (const target of podAddresses(third))
      assert.ok(
        one.pod.succeeds(
          "busybox",
          target.includes(":") ? "ping6" : "ping",
          "-c",
          "3",
          "-W",
          "2",
          "-s",
          "1460",
          target,
        ),
      );
  });

  it("have nothing to do again, mend what is taken away, and forget a node that is gone", async (t) => {
    const router = makeRouter(t);
    const [first, second, third] = places;
    const { node, reconcile } = await makeNode(t, router, first);
    const list = (): string =>
      node.run(
        "sh",
        "-c",
        "ip route; ip -6 route; ip addr show dev heddle-vxlan | grep inet; ip neigh show dev heddle-vxlan; bridge fdb show dev heddle-vxlan",
      );
    const whole = list();
    assert.deepEqual((await reconcile([second, third])).operations, []);

    for (const damage of [
      ["ip", "link", "delete", "heddle-vxlan"],
      ["ip", "link", "set", "heddle-vxlan", "down"],
      ["sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/heddle-vxlan/disable_ipv6"],
      ["ip", "addr", "del", "10.244.1.1/32", "dev", "heddle-vxlan"],
      ["ip", "addr", "add", "10.244.77.1/32", "dev", "heddle-vxlan"],
      ["ip", "route", "del", "10.244.2.0/24"],
      ["ip", "neigh", "flush", "dev", "heddle-vxlan", "nud", "permanent"],
      [
        "sh",
        "-c",
        "bridge fdb show dev heddle-vxlan | while read mac rest; do bridge fdb del $mac dev heddle-vxlan; done",
      ],
      ["ip", "route", "add", "10.244.77.0/24", "via", "198.51.1.2", "proto", "72"],
    ]) {
      node.run(...damage);
      assert.notEqual((await reconcile([second, third])).operations.length, 0, damage.join(" "));
      assert.deepEqual(list().split("\n").sort(), whole.split("\n").sort(), damage.join(" "));
      assert.deepEqual((await reconcile([second, third])).operations, [], damage.join(" "));
    }
    await reconcile([]);
    assert.doesNotMatch(node.run("sh", "-c", "ip route; ip -6 route; ip link"), /10\.244\.[23]|244:[23]|vxlan/);
  });
});
