import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../../test/kube/until.ts";
import { serveEcho, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { tunnel } from "./model.ts";
import { createNodeRoutes } from "./node-routes.ts";
import {
  address,
  addressesOf,
  answered,
  makeNode,
  makeRouter,
  type Place,
  places,
  podAddresses,
  remoteOf,
} from "./testing/three-nodes.ts";

const skip = whyNoNamespaces("nft", "socat", "busybox") ?? false;

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

const loopbackOf = ({ number }: Place): string => `10.255.0.${number}`;

/** Of a node's two uplinks: its own address and the router's on each. */
const uplinkOf = ({ number, link }: Place, uplink: 1 | 2): Readonly<{ own: string; gateway: string }> =>
  uplink === 1
    ? { own: `198.51.${link}.${number}`, gateway: `198.51.${link}.254` }
    : { own: `198.51.10${number}.1`, gateway: `198.51.10${number}.254` };

/** A second one, eth1, that takes smaller packets. */
function addUplink(router: TestNamespace, node: TestNamespace, place: Place): void {
  const name = `second${place.number}`;
  const { own, gateway } = uplinkOf(place, 2);
  router.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth1", "netns", node.name);
  router.run("ip", "addr", "add", `${gateway}/24`, "dev", name);
  node.run("ip", "addr", "add", `${own}/24`, "dev", "eth1");
  for (const [where, link] of [
    [router, name],
    [node, "eth1"],
  ] as const)
    where.run("ip", "link", "set", link, "mtu", "1400", "up");
}

type Routed = Readonly<{ node: TestNamespace; place: Place; uplinks: readonly (1 | 2)[] }>;

/** The node's default route, and the router's to its loopback: by as many next hops as there are uplinks. */
function routeBy(router: TestNamespace, { node, place, uplinks }: Routed): void {
  const by = (end: "own" | "gateway"): readonly string[] =>
    uplinks.flatMap((uplink) => ["nexthop", "via", uplinkOf(place, uplink)[end]]);
  node.run("ip", "route", "replace", "default", ...by("gateway"));
  router.run("ip", "route", "replace", loopbackOf(place), ...by("own"));
}

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

  it("reach each other's pods where the nodes' addresses are on loopbacks, by whichever uplink leads there", async (t) => {
    const router = makeRouter(t);
    const [first, , third] = places;
    const nodes = [await makeNode(t, router, first), await makeNode(t, router, third)] as const;
    for (const { node, place } of nodes) {
      node.run("ip", "addr", "add", `${loopbackOf(place)}/32`, "dev", "lo");
      addUplink(router, node, place);
      routeBy(router, { node, place, uplinks: [1, 2] });
    }
    for (const [from, to] of [nodes, [nodes[1], nodes[0]] as const]) {
      const addresses = [address(loopbackOf(from.place))];
      const remote = { ...remoteOf(to.place), addresses: [address(loopbackOf(to.place))] };
      await createNodeRoutes({ kernel: from.kernel }).reconcile({ ...from.local, addresses }, [remote]);
      await from.letIn([loopbackOf(to.place)]);
    }
    const [one, two] = nodes;
    const [link] = one.node.ip("link", "show", "dev", tunnel.name);
    // The narrower uplink's, less what the tunnel adds; and bound to neither.
    assert.equal(link?.["mtu"], 1350);
    assert.doesNotMatch(JSON.stringify(link), /"link":/);
    await serveEcho(t, two.pod, 80);
    const all = async (): Promise<void> => {
      for (const [family, target] of podAddresses(third).entries())
        assert.equal(await answered(one.pod, target), podAddresses(first)[family]);
    };
    await all();
    // As a routing daemon does when an uplink is lost; the agent has no part in it.
    for (const uplink of [1, 2] as const) {
      for (const { node, place } of nodes) {
        node.run("ip", "link", "set", `eth${2 - uplink}`, "down");
        node.run("ip", "link", "set", `eth${uplink - 1}`, "up");
        routeBy(router, { node, place, uplinks: [uplink] });
      }
      await all();
    }
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
});
