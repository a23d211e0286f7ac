import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveEcho, whyNoNamespaces } from "../testing/namespace.ts";
import { createNodeRoutes } from "./node-routes.ts";
import {
  address,
  answered,
  bridge,
  makeNode,
  makeRouter,
  places,
  podAddresses,
  remoteOf,
} from "./testing/three-nodes.ts";

const skip = whyNoNamespaces("nft", "socat") ?? false;

describe("three nodes on two links", { skip }, () => {
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
