import { type Cidr, formatAddress, type IpAddress } from "../../model/index.ts";
import { type AddressBook, type Pool } from "../addresses/model.ts";
import { type NetworkConfig } from "../cni/model.ts";
import { type Kernel } from "../kernel/model.ts";
import { planNode } from "../links/node-plan.ts";
import { type NodeWatch } from "../node/model.ts";
import { tunnelBytes, type Way } from "../routes/model.ts";
import { type NodeRoutes } from "../routes/node-routes.ts";
import { type NodeRules } from "../rules/model.ts";
import { type Mended, type NodeTable } from "../rules/node-table.ts";
import { planShapers, whatToShape } from "../rules/shaping.ts";
import { nodeLinksOf, podPortsOf, shapedOf } from "./describe.ts";
import { podMtu, type Uplink, uplinkObservation, uplinkOf } from "./uplink.ts";

export type NodeBaseDeps = Readonly<{
  kernel: Kernel;
  book: AddressBook;
  node: Pick<NodeWatch, "view">;
  table: NodeTable;
  routes: NodeRoutes;
}>;

/** What all pods of a node share: the bridge, its addresses, the node's rules, the ways to other nodes. */
export type NodeBase = Readonly<{
  /** Makes what a network needs, if it was not made for the same configuration already. Answers the pods' MTU. */
  prepare(config: NetworkConfig, pools: readonly Pool[]): Promise<number>;
  /** Makes bridges and rules as they should be, whatever has happened to them. Answers what was done to the rules. */
  reconcile(signal: AbortSignal): Promise<Mended>;
  /** Makes the routes to the pods of other nodes what the API server says; nothing before all nodes were heard of. */
  connect(signal: AbortSignal): Promise<void>;
  /** The bridges that were prepared. */
  bridges(): readonly string[];
  /** How other nodes' pods are reached, as it was at the last `connect`. */
  ways(): readonly Way[];
}>;

type Prepared = Readonly<{
  wanted: string;
  operations: ReturnType<typeof planNode>;
  rules: NodeRules;
  gateways: readonly IpAddress[];
}>;

export function createNodeBase({ kernel, book, node, table, routes }: NodeBaseDeps): NodeBase {
  let ways: readonly Way[] = [];
  const prepared = new Map<string, Prepared>();
  let turn: Promise<unknown> = Promise.resolve();
  /** The table is written by one at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  const writeRules = (rules: NodeRules, signal?: AbortSignal): Promise<Mended> =>
    inTurn(() => table.reconcile({ rules, pods: () => book.attachments().map(podPortsOf) }, signal));
  const limit = async (signal: AbortSignal): Promise<void> => {
    const pods = book.attachments().flatMap((attachment) => shapedOf(attachment) ?? []);
    if (pods.length === 0) return;
    const operations = planShapers(await kernel.observe(whatToShape, signal), pods);
    if (operations.length > 0) await kernel.run({ operations }, signal);
  };
  let seen: Readonly<{ addresses: string; uplink: Uplink | undefined }> | undefined;
  /** To find it all of a node's links are read: a node with a thousand pods does not do that for each. */
  const uplink = async (): Promise<Uplink | undefined> => {
    const own = node.view().self?.addresses ?? [];
    const addresses = own.map(formatAddress).join(" ");
    if (seen?.addresses !== addresses)
      seen = { addresses, uplink: uplinkOf(await kernel.observe(uplinkObservation), own) };
    return seen.uplink;
  };
  const mtuOf = async ({ mtu }: NetworkConfig): Promise<number> =>
    mtu === 0 ? podMtu(await uplink(), overheadBytes(ways)) : mtu;
  return {
    async prepare(config, pools) {
      const mtu = await mtuOf(config);
      const links = nodeLinksOf({ bridge: config.bridge, mtu }, pools);
      const rules = rulesOf(config, pools);
      const wanted = JSON.stringify([links, rules], (_, value: unknown) =>
        typeof value === "bigint" ? `${value}` : value,
      );
      if (prepared.get(config.bridge)?.wanted === wanted) return mtu;
      const operations = planNode(links);
      await kernel.run({ operations });
      await writeRules(rules);
      const gateways = pools.flat().map(({ gateway }) => gateway);
      prepared.set(config.bridge, { wanted, operations, rules, gateways });
      return mtu;
    },
    async reconcile(signal) {
      seen = undefined;
      const done = { table: false, elements: 0 };
      for (const { operations, rules } of prepared.values()) {
        await kernel.run({ operations }, signal);
        const mended = await writeRules(rules, signal);
        done.table ||= mended.table;
        done.elements += mended.elements;
      }
      await limit(signal);
      return done;
    },
    async connect(signal) {
      const { self, others, complete } = node.view();
      // A node that was not heard of yet is not gone.
      if (self === undefined || !complete) return;
      seen = undefined;
      for (const [bridge, { gateways }] of prepared) {
        const local = { name: self.name, addresses: self.addresses, bridge, gateways };
        ({ ways } = await inTurn(() => routes.reconcile(local, others, signal)));
      }
    },
    bridges: () => [...prepared.keys()],
    ways: () => ways,
  };
}

/** What the ways to other nodes add to a packet at most. */
const overheadBytes = (ways: readonly Way[]): number =>
  Math.max(0, ...ways.map((way) => (way.by === "tunnel" ? tunnelBytes[way.to.family] : 0)));

/** What stays inside the cluster keeps its sender: all that the configuration's pools hold, this node's part or another's. */
const rulesOf = ({ bridge, rangeSets }: NetworkConfig, pools: readonly Pool[]): NodeRules => ({
  bridge,
  pods: distinct(pools.flat().map(({ network }) => network)),
  cluster: distinct([...rangeSets.flat().map(({ subnet }) => subnet), ...pools.flat().map(({ network }) => network)]),
});

const distinct = (cidrs: readonly Cidr[]): readonly Cidr[] =>
  cidrs.filter(
    (cidr, index) =>
      cidrs.findIndex((one) => one.family === cidr.family && one.base === cidr.base && one.bits === cidr.bits) ===
      index,
  );
