import { isDeepStrictEqual } from "node:util";
import { type Logger, messageOf } from "../../base/index.ts";
import { type Cidr } from "../../model/index.ts";
import { type AddressBook, type Pool } from "../addresses/model.ts";
import { attachmentText } from "../attachment.ts";
import { type NetworkConfig } from "../cni/model.ts";
import { type Kernel, KernelRefused } from "../kernel/model.ts";
import { type NodeLinks } from "../links/model.ts";
import { planNode } from "../links/node-plan.ts";
import { type NodeWatch } from "../node/model.ts";
import { tunnelBytes, type Way } from "../routes/model.ts";
import { type NodeRoutes, WaysRefused } from "../routes/node-routes.ts";
import { type NodeRules, type PodPorts } from "../rules/model.ts";
import { type Mended, type NodeTable } from "../rules/node-table.ts";
import { planShapers, whatToShape } from "../rules/shaping.ts";
import { planStrayGateways, withPods } from "./bridge-links.ts";
import { createCarriers } from "./carriers.ts";
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
  /** Makes the bridges as they should be, whatever has happened to them: what mends pods needs them. Answers what could not be made. */
  raise(signal: AbortSignal): Promise<readonly string[]>;
  /** Makes rules and limits as they should be. Answers what was done to the rules, and what could not be limited. */
  reconcile(signal: AbortSignal): Promise<Mended & Readonly<{ failed: readonly string[] }>>;
  /**
   * Makes the routes to the pods of other nodes, and what is not masqueraded, what the API server says; nothing before all
   * nodes were heard of.
   */
  connect(signal: AbortSignal): Promise<void>;
  /** What of the bridges is not as it was made, in words, though pods may hang on it. */
  faults(signal: AbortSignal): Promise<readonly string[]>;
  /** Told each time that `faults` finds some: they can be mended at once. The answer ends it. */
  onFault(listener: () => void): () => void;
  /** Runs work that opens or closes a pod's ports and tells the book so: rules written in between would go by the one or the other. */
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

export function createNodeBase({ kernel, book, node, table, routes, memory, log }: NodeBaseDeps): NodeBase {
  /** Undefined before the first `connect`. */
  let ways: readonly Way[] | undefined;
  /** Of ways as they shall be: what could not be made may stand from before. */
  let overheadBytes: number | undefined;
  const carriers = createCarriers({ kernel, node });
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
    return rulesOf(networks(), { held, others: node.view().others });
  };
  const hasPods = ({ name, bridge }: NetworkConfig): boolean =>
    book.attachments().some(({ key, link }) => key.network === name && link.bridge === bridge);
  /** In a turn. */
  const writeRules = async (signal?: AbortSignal): Promise<Mended> => {
    const rules = rulesNow();
    // An ADD that is under way may yet be refused a port that is another pod's.
    const pods = (): readonly PodPorts[] =>
      book
        .attachments()
        .filter(({ settled }) => settled)
        .map(podPortsOf);
    const mended = await table.reconcile({ rules, pods }, signal);
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
    await kernel.run({ operations: planNode({ ...links, advertised: await carriers.advertised() }) });
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
  /** Each pod by itself: one whose link is gone must not keep the others from their limits. Answers what failed, in words. */
  const limit = async (signal: AbortSignal): Promise<readonly string[]> => {
    const pods = book.attachments().flatMap((attachment) => shapedOf(attachment) ?? []);
    if (pods.length === 0) return [];
    const found = await kernel.observe(whatToShape(pods), signal);
    return failuresOf(
      pods,
      (pod) => `limit ${attachmentText(pod.key)}`,
      async (pod) => {
        const operations = planShapers(found, [pod]);
        if (operations.length > 0) await kernel.run({ operations }, signal);
      },
    );
  };
  const prepare: NodeBase["prepare"] = async (config, pools) => {
    const mtu = await carriers.mtuOf(config, overheadBytes);
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
        carriers.forget();
        const learning = { advertised: await carriers.advertised() };
        return failuresOf(
          bridges(),
          ({ bridge }) => `make the bridge ${bridge}`,
          async (links) => {
            await kernel.run({ operations: planNode({ ...links, ...learning }) }, signal);
          },
        );
      }),
    async reconcile(signal) {
      const mended = await inTurn(async () =>
        prepared.size === 0 ? { table: false, elements: 0 } : writeRules(signal),
      );
      return { ...mended, failed: await limit(signal) };
    },
    async connect(signal) {
      const { self, others, complete } = node.view();
      // A node that was not heard of yet is not gone.
      if (self === undefined || !complete || prepared.size === 0) return;
      carriers.forget();
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
      try {
        ({ ways } = await reconciled);
        overheadBytes = overheadOf(ways);
      } catch (error) {
        if (error instanceof WaysRefused) {
          ({ ways } = error);
          overheadBytes = overheadOf(error.planned);
        }
        throw error;
      }
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

/** Does the work for each, one after another; answers what was refused, in words. */
async function failuresOf<T>(
  all: readonly T[],
  wordsFor: (one: T) => string,
  work: (one: T) => Promise<void>,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const one of all) {
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof KernelRefused)) throw error;
      failed.push(`${wordsFor(one)}: ${error.message}`);
    }
  }
  return failed;
}

/** What the ways to other nodes add to a packet at most. */
const overheadOf = (ways: readonly Way[]): number =>
  Math.max(0, ...ways.map((way) => (way.by === "tunnel" ? tunnelBytes[way.to.family] : 0)));
