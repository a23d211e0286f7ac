import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { silentLogger as log, systemClock as clock } from "../../../base/index.ts";
import { parseCidr } from "../../../model/index.ts";
import { openAddressBook } from "../../addresses/book.ts";
import { type AddressBook } from "../../addresses/model.ts";
import { type AddRequest, type NetworkConfig, type PodNetwork } from "../../cni/model.ts";
import { createKernel } from "../../kernel/kernel.ts";
import { type Kernel } from "../../kernel/model.ts";
import { type NodeWatch } from "../../node/model.ts";
import { standaloneNode } from "../../node/watch.ts";
import { makeNamespace, type TestNamespace } from "../../testing/namespace.ts";
import { createNodeRoutes } from "../../routes/node-routes.ts";
import { createNft } from "../../rules/nft.ts";
import { createNodeTable } from "../../rules/node-table.ts";
import { createPodNetwork } from "../network.ts";
import { createNetworkMemory } from "../remembered-networks.ts";
import { createNodeBase, type NodeBase } from "../node-base.ts";

/** A node in a namespace of its own, with a kernel's thread, a book and the verbs on them. */
export type TestNode = Readonly<{
  namespace: TestNamespace;
  kernel: Kernel;
  book: AddressBook;
  base: NodeBase;
  /** As an agent that is started anew has it. */
  openBase: () => NodeBase;
  network: PodNetwork;
  path: string;
}>;

export const bookPath = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "heddle-attach-"));
  // The book may be closed after this: what is said first ends first.
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return join(folder, "agent.db");
};

/** Without `node` no Kubernetes knows it. */
export async function openTestNode(
  t: TestContext,
  { node = standaloneNode() }: Readonly<{ node?: Pick<NodeWatch, "view"> }> = {},
): Promise<TestNode> {
  const namespace = makeNamespace(t, "node");
  namespace.run("ip", "link", "set", "lo", "up");
  const kernel = createKernel({ home: namespace.path });
  t.after(() => kernel[Symbol.asyncDispose]());
  const path = await bookPath(t);
  const book = openAddressBook({ clock, log }, { path, bootId: "boot-1" });
  t.after(() => book[Symbol.asyncDispose]());
  const table = createNodeTable({ kernel, nft: createNft(["nsenter", `--net=${namespace.path}`, "nft"]) });
  const memory = createNetworkMemory({ path: `${path}.networks`, log });
  const openBase = (): NodeBase =>
    createNodeBase({ kernel, book, node, table, routes: createNodeRoutes({ kernel }), memory, log });
  const base = openBase();
  const network = createPodNetwork({ kernel, book, node, base, log }, { standalone: true, databasePath: path });
  return { namespace, kernel, book, base, openBase, network, path };
}

export const config: NetworkConfig = {
  name: "heddle",
  bridge: "cni-bridge0",
  mtu: 0,
  rangeSets: [[{ subnet: parseCidr("10.244.1.0/24") }], [{ subnet: parseCidr("fd00:10:244:1::/64") }]],
  routes: [{ dst: parseCidr("0.0.0.0/0") }, { dst: parseCidr("::/0") }],
  dns: {},
  qosClass: "best-effort",
  tunnel: "where-needed",
};

export const addRequest = (netns: string, containerId: string, rest: Partial<AddRequest> = {}): AddRequest => ({
  key: { network: config.name, containerId, ifname: "eth0" },
  netns,
  config,
  asked: { addresses: [], portMappings: [], aliases: [], annotations: {} },
  ...rest,
});
