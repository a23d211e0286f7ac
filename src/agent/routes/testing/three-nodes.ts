import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../../test/kube/until.ts";
import { type IpAddress, parseAddress, parseCidr } from "../../../model/index.ts";
import type { TunnelUse } from "../../cni/model.ts";
import { createKernel } from "../../kernel/kernel.ts";
import { planNode } from "../../links/node-plan.ts";
import { planAttach } from "../../links/pod-plan.ts";
import { createNft } from "../../rules/nft.ts";
import { createNodeTable } from "../../rules/node-table.ts";
import { ask, makeNamespace, type TestNamespace } from "../../testing/namespace.ts";
import type { LocalNode, RemoteNode } from "../model.ts";
import { createNodeRoutes } from "../node-routes.ts";

/** The pods' on each node. */
export const bridge = "cni-bridge0";

/** Fails where the text is none. */
export const address = (text: string): IpAddress => {
  const parsed = parseAddress(text);
  assert.ok(parsed, text);
  return parsed;
};

/** Nodes one and two are on the first link, three on the second; a router is between, and knows nothing of pods. */
export const places = [
  { number: 1, link: 1 },
  { number: 2, link: 1 },
  { number: 3, link: 2 },
] as const;
export type Place = (typeof places)[number];

/** The node's own, IPv4 first. */
export const addressesOf = ({ number, link }: Place): readonly string[] => [
  `198.51.${link}.${number}`,
  `2001:db8:${link}::${number}`,
];
const podCidrsOf = ({ number }: Place): readonly string[] => [`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`];
/** Of the one pod on it, IPv4 first. */
export const podAddresses = ({ number }: Place): readonly [string, string] => [
  `10.244.${number}.10`,
  `fd00:10:244:${number}::10`,
];

const othersThan = (place: Place): readonly Place[] => places.filter((one) => one !== place);

/** As the others know it. */
export const remoteOf = (place: Place): RemoteNode => ({
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

/** Has both links; whoever is on them joins it. It goes after the test, as all that is made here. */
export function makeRouter(t: TestContext): TestNamespace {
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

/** A node with a pod, the rules of its table, and its ways to the two others, which need not be there. */
export async function makeNode(t: TestContext, router: TestNamespace, place: Place) {
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
  const letIn = (peers: readonly string[]) =>
    table.reconcile({ rules: { ...rules, peers: peers.map(address) }, pods: () => [] });
  await letIn(othersThan(place).flatMap(addressesOf));
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
  await reconcile(othersThan(place));
  return { place, node, pod, kernel, local, reconcile, letIn };
}

/** What a pod's server told; a busy machine may take longer than one question waits. */
export const answered = (from: TestNamespace, target: string, port = 80): Promise<string> =>
  until(`${from.name} is answered by ${target}`, () => ask(from, target, port));
