import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../../test/kube/until.ts";
import { type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { macOfNode } from "./far-end.ts";
import { tunnel } from "./model.ts";
import { createNodeRoutes } from "./node-routes.ts";
import { address, addressesOf, makeNode, makeRouter, places, podAddresses, remoteOf } from "./testing/three-nodes.ts";

const skip = whyNoNamespaces("nft", "busybox") ?? false;
const [first, , third] = places;
/** It speaks as a pod of the first node that is none. */
const sender = "10.244.1.99";

type Pretence = Readonly<{
  from: TestNamespace;
  /** The outer packets' addresses. */
  local: string;
  remote: string;
  target: string;
}>;

/** Wraps pings to the target as the tunnel of another node would. */
function pretend({ from, local, remote, target }: Pretence): void {
  const vxlan = ["type", "vxlan", "id", `${tunnel.id}`, "dstport", `${tunnel.port}`];
  from.run("ip", "link", "add", "false", ...vxlan, "local", local, "remote", remote);
  from.run("ip", "addr", "add", `${sender}/32`, "dev", "false");
  from.run("ip", "link", "set", "false", "up");
  const mac = macOfNode("node-3");
  from.run("ip", "neigh", "add", target, "lladdr", mac, "nud", "permanent", "dev", "false");
  from.run("ip", "route", "add", target, "dev", "false", "src", sender);
}

const ping = (from: TestNamespace, host: string, times = 1): boolean =>
  from.succeeds("busybox", host.includes(":") ? "ping6" : "ping", "-c", `${times}`, "-i", "0.2", "-W", "1", host);

/** Pings that came in since the namespace was made. */
const taken = (place: TestNamespace): number =>
  JSON.parse(place.run("nstat", "-j", "-a", "-s", "-z", "IcmpInEchos")).kernel.IcmpInEchos;

describe("the tunnel of a node", { skip }, () => {
  for (const [index, family] of (["IPv4", "IPv6"] as const).entries())
    it(`lets other nodes in by ${family}, and nobody else who reaches its port`, async (t) => {
      const router = makeRouter(t);
      const [one, three] = [await makeNode(t, router, first), await makeNode(t, router, third)];
      // As nodes that have addresses of this family alone.
      const own = (place: typeof first | typeof third) => [address(addressesOf(place)[index] ?? "")];
      for (const [from, to] of [
        [one, third],
        [three, first],
      ] as const)
        await createNodeRoutes({ kernel: from.kernel }).reconcile(
          { ...from.local, addresses: own(from.place as typeof first | typeof third) },
          [{ ...remoteOf(to), addresses: own(to) }],
        );
      for (const host of podAddresses(third)) await until(`${host} is reached`, () => ping(one.pod, host));

      const [target] = podAddresses(third);
      const local = ["198.51.2.254", "2001:db8:2::254"][index] ?? "";
      pretend({ from: router, local, remote: addressesOf(third)[index] ?? "", target });
      const before = taken(three.pod);
      ping(router, target, 3);
      assert.equal(taken(three.pod), before);

      // The same is let in from a node, so that it was the rule that kept it out.
      await three.letIn([...addressesOf(first), local]);
      await until("a ping comes in", () => ping(router, target) || taken(three.pod) > before);
    });

  it("lets no pod of another node in, which would come as that node", async (t) => {
    const router = makeRouter(t);
    const [one, three] = [await makeNode(t, router, first), await makeNode(t, router, third)];
    const [[local], [target]] = [podAddresses(first), podAddresses(third)];
    pretend({ from: one.pod, local, remote: addressesOf(third)[0] ?? "", target });
    const before = taken(three.pod);
    ping(one.pod, target, 3);
    assert.equal(taken(three.pod), before);
    one.node.run("nft", "flush", "chain", "inet", "heddle", "forward");
    await until("a ping comes in", () => ping(one.pod, target) || taken(three.pod) > before);
  });

  it("lets no pod of its own in, whoever's address it has", async (t) => {
    const router = makeRouter(t);
    const { node, pod, letIn } = await makeNode(t, router, third);
    const [local] = podAddresses(third);
    const target = "10.99.0.1";
    node.run("ip", "addr", "add", `${target}/32`, "dev", "lo");
    pretend({ from: pod, local, remote: addressesOf(third)[0] ?? "", target });
    await letIn([...addressesOf(first), local]);
    const before = taken(node);
    ping(pod, target, 3);
    assert.equal(taken(node), before);
    node.run("nft", "flush", "chain", "inet", "heddle", "input");
    await until("a ping comes in", () => ping(pod, target) || taken(node) > before);
  });
});
