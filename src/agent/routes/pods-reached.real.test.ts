import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../../test/kube/until.ts";
import { serveEcho, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
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
