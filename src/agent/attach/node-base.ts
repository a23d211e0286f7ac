import { isDeepStrictEqual } from "node:util";
import { type Logger, messageOf } from "../../base/index.ts";
import { type Cidr, formatAddress } from "../../model/index.ts";
import { type AddressBook, type Pool } from "../addresses/model.ts";
import { type NetworkConfig } from "../cni/model.ts";
import { type Kernel } from "../kernel/model.ts";
import { type NodeLinks } from "../links/model.ts";
import { planNode } from "../links/node-plan.ts";
import { type NodeWatch } from "../node/model.ts";
import { tunnel, tunnelBytes, type Way } from "../routes/model.ts";
import { type NodeRoutes, WaysRefused } from "../routes/node-routes.ts";
import { type NodeRules } from "../rules/model.ts";
import { type Mended, type NodeTable } from "../rules/node-table.ts";
import { planShapers, whatToShape } from "../rules/shaping.ts";
import { planStrayGateways, withPods } from "./bridge-links.ts";
import { podPortsOf, shapedOf } from "./describe.ts";
import {
  bridgesOf,
  gatewaysOf,
  networkOnNode,
  type NodeNetwork,
  refuseConflict,
  rulesOf,
  tunnelUseOf,
} from "./networks.ts";
import { faultsOf, whatCanFail } from "./node-faults.ts";
import { type NetworkMemory } from "./remembered-networks.ts";
import { podMtu, type Uplink, uplinkObservation, uplinkOf } from "./uplink.ts";

export type NodeBaseDeps = Readonly<{
  kernel: Kernel;
  book: AddressBook;
  node: Pick<NodeWatch, "view">;
  table: NodeTable;
  routes: NodeRoutes;
  memory: NetworkMemory;
  log: Logger;
}>;

/** What all pods of a node share: the bridge, its addresses, the node's rules, the ways to other nodes. */
export type NodeBase = Readonly<{
  /**
   * Makes what a network needs, if it was not made for the same configuration already. Answers the pods' MTU. Fails with
   * code 7 where the network cannot stand beside another of this node.
   */
  prepare(config: NetworkConfig, pools: readonly Pool[]): Promise<number>;
  /** Before the first `prepare`: prepares the networks that an earlier agent made and that have pods still. */
  recall(poolsOf: (config: NetworkConfig) => readonly Pool[]): Promise<void>;
  /** Makes the bridges as they should be, whatever has happened to them: what mends pods needs them. */
  raise(signal: AbortSignal): Promise<void>;
  /** Makes rules and limits as they should be. Answers what was done to the rules. */
  reconcile(signal: AbortSignal): Promise<Mended>;
  /**
   * Makes the routes to the pods of other nodes, and what is not masqueraded, what the API server says; nothing before all
   * nodes were heard of.
   */
  connect(signal: AbortSignal): Promise<void>;
  /** What of the bridges is not as it was made, in words, though pods may hang on it. */
  faults(signal: AbortSignal): Promise<readonly string[]>;
  /** Told each time that `faults` finds some: they can be mended at once. The answer ends it. */
  onFault(listener: () => void): () => void;
  /** Runs work that takes pods' ports away and then the pods out of the book: rules written in between would bring them back. */
  whileNoRulesAreWritten<T>(work: () => Promise<T>): Promise<T>;
  /** The bridges that were prepared. */
  bridges(): readonly string[];
  /** What the prepared networks give out here. */
  pools(): readonly Pool[];
  /** How other nodes' pods are reached, as it was at the last `connect`. */
  ways(): readonly Way[];
}>;

/** With it as text, to tell whether it is the same. */
type Prepared = NodeNetwork & Readonly<{ wanted: string }>;

/** What carries the pods' packets away from the node. */
type Carriers = Readonly<{ uplink: Uplink | undefined; tunnelMtu: number | undefined }>;

export function createNodeBase({ kernel, book, node, table, routes, memory, log }: NodeBaseDeps): NodeBase {
  /** Undefined before the first `connect`. */
  let ways: readonly Way[] | undefined;
  /** By its network's name. */
  const prepared = new Map<string, Prepared>();
  let recalled: readonly NetworkConfig[] = [];
  const listeners = new Set<() => void>();
  let turn: Promise<unknown> = Promise.resolve();
  /** The table is written by one at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  const networks = (): readonly NodeNetwork[] => [...prepared.values()];
  const bridges = (): readonly NodeLinks[] => networks().map(({ links }) => withPods(links, book.attachments()));
  const othersPods = (): readonly Cidr[] => node.view().others.flatMap(({ podCidrs }) => podCidrs);
  let written: NodeRules | undefined;
  const rulesNow = (): NodeRules => {
    const held = book.attachments().flatMap(({ addresses }) => addresses);
    return rulesOf(networks(), { held, others: othersPods() });
  };
  const hasPods = ({ name, bridge }: NetworkConfig): boolean =>
    book.attachments().some(({ key, link }) => key.network === name && link.bridge === bridge);
  /** In a turn. */
  const writeRules = async (signal?: AbortSignal): Promise<Mended> => {
    const rules = rulesNow();
    const mended = await table.reconcile({ rules, pods: () => book.attachments().map(podPortsOf) }, signal);
    written = rules;
    return mended;
  };
  const makeNetwork = async (network: Prepared): Promise<void> => {
    const { name } = network.config;
    const before = prepared.get(name);
    if (before?.wanted === network.wanted) return;
    refuseConflict(
      network,
      networks().filter(({ config }) => config.name !== name || hasPods(config)),
    );
    const links = withPods(network.links, book.attachments());
    await kernel.run({ operations: planNode({ ...links, advertised: await advertised() }) });
    prepared.set(name, network);
    try {
      await writeRules();
    } catch (error) {
      // Not made: the next call tries again.
      if (before === undefined) prepared.delete(name);
      else prepared.set(name, before);
      throw error;
    }
    recalled = recalled.filter((one) => one.name !== name);
    await memory.remember([...networks().map(({ config }) => config), ...recalled]);
  };
  const limit = async (signal: AbortSignal): Promise<void> => {
    const pods = book.attachments().flatMap((attachment) => shapedOf(attachment) ?? []);
    if (pods.length === 0) return;
    const operations = planShapers(await kernel.observe(whatToShape(pods), signal), pods);
    if (operations.length > 0) await kernel.run({ operations }, signal);
  };
  let seen: (Carriers & Readonly<{ addresses: string }>) | undefined;
  /** To find them all of a node's links are read: a node with a thousand pods does not do that for each. */
  const carriers = async (): Promise<Carriers> => {
    const own = node.view().self?.addresses ?? [];
    const addresses = own.map(formatAddress).join(" ");
    if (seen?.addresses !== addresses) {
      const found = await kernel.observe(uplinkObservation);
      // It stands for others' sake too: only a route by it tells that this node's pods send by it.
      const isUsed = found.routes.some(({ link }) => link === tunnel.name);
      const tunnelMtu = isUsed ? found.links.find(({ name }) => name === tunnel.name)?.mtu : undefined;
      seen = { addresses, uplink: uplinkOf(found, own), tunnelMtu };
    }
    return seen;
  };
  /** The uplink while it learns from router advertisements and forwarding IPv6 would end that. */
  const advertised = async (): Promise<readonly string[]> => {
    const { uplink } = await carriers();
    if (uplink === undefined) return [];
    const [forwards, learns] = ["net/ipv6/conf/all/forwarding", `net/ipv6/conf/${uplink.name}/accept_ra`] as const;
    const { sysctls } = await kernel.observe({ sysctls: [forwards, learns] });
    return sysctls.get(forwards) === "0" && sysctls.get(learns) === "1" ? [uplink.name] : [];
  };
  const mtuOf = async ({ mtu }: NetworkConfig): Promise<number> => {
    if (mtu !== 0) return mtu;
    const { uplink, tunnelMtu } = await carriers();
    // An earlier agent's tunnel tells, until the nodes were heard of.
    return ways === undefined
      ? Math.min(podMtu(uplink, 0), tunnelMtu ?? Infinity)
      : podMtu(uplink, overheadBytes(ways));
  };
  const prepare: NodeBase["prepare"] = async (config, pools) => {
    const mtu = await mtuOf(config);
    const network = networkOnNode(config, pools, mtu);
    const wanted = textOf(network);
    if (prepared.get(config.name)?.wanted !== wanted) await inTurn(() => makeNetwork({ ...network, wanted }));
    return mtu;
  };
  return {
    prepare,
    async recall(poolsOf) {
      recalled = (await memory.recall()).filter((config) => hasPods(config) && !prepared.has(config.name));
      for (const config of recalled) {
        try {
          await prepare(config, poolsOf(config));
        } catch (error) {
          log.warn({ network: config.name, error: messageOf(error) }, "a network that has pods cannot be made");
        }
      }
    },
    raise: (signal) =>
      inTurn(async () => {
        seen = undefined;
        const learning = { advertised: await advertised() };
        for (const links of bridges()) await kernel.run({ operations: planNode({ ...links, ...learning }) }, signal);
      }),
    async reconcile(signal) {
      const done = await inTurn(async () => (prepared.size === 0 ? { table: false, elements: 0 } : writeRules(signal)));
      await limit(signal);
      return done;
    },
    async connect(signal) {
      const { self, others, complete } = node.view();
      // A node that was not heard of yet is not gone.
      if (self === undefined || !complete || prepared.size === 0) return;
      seen = undefined;
      const known = networks();
      const local = {
        name: self.name,
        addresses: self.addresses,
        bridges: bridgesOf(known),
        gateways: gatewaysOf(known),
        tunnel: tunnelUseOf(known),
      };
      const reconciled = inTurn(async () => {
        // Before there is a way to pods that would be hidden from each other.
        if (!isDeepStrictEqual(rulesNow(), written)) await writeRules(signal);
        const stray = planStrayGateways(
          bridges(),
          othersPods(),
          await kernel.observe({ links: bridgesOf(known), addresses: true }, signal),
        );
        if (stray.length > 0) await kernel.run({ operations: stray }, signal);
        return routes.reconcile(local, others, signal);
      });
      ({ ways } = await reconciled.catch((error: unknown) => {
        if (error instanceof WaysRefused) ({ ways } = error);
        throw error;
      }));
    },
    async faults(signal) {
      const wanted = bridges();
      const faults = faultsOf(wanted, await kernel.observe(whatCanFail(wanted), signal));
      if (faults.length > 0) listeners.forEach((listener) => listener());
      return faults;
    },
    onFault(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    whileNoRulesAreWritten: inTurn,
    bridges: () => bridgesOf(networks()),
    pools: () => networks().flatMap(({ pools }) => pools),
    ways: () => ways ?? [],
  };
}

const textOf = ({ config: { name, bridge, mtu, rangeSets, tunnel: use }, links, pools }: NodeNetwork): string =>
  JSON.stringify([name, bridge, mtu, rangeSets, use, links, pools], (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );

/** What the ways to other nodes add to a packet at most. */
const overheadBytes = (ways: readonly Way[]): number =>
  Math.max(0, ...ways.map((way) => (way.by === "tunnel" ? tunnelBytes[way.to.family] : 0)));
