import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { whyNoNamespaces } from "../testing/namespace.ts";
import { WaysRefused } from "./node-routes.ts";
import { makeNode, makeRouter, places } from "./testing/three-nodes.ts";

const skip = whyNoNamespaces("nft") ?? false;

describe("three nodes on two links", { skip }, () => {
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
});
