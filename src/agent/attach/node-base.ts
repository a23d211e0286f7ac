import { type Logger, messageOf } from "../../base/index.ts";
import { type Pool } from "../addresses/model.ts";
import { type NetworkConfig } from "../cni/model.ts";
import { type NodeLinks } from "../links/model.ts";
import { planNode } from "../links/node-plan.ts";
import { type Way } from "../routes/model.ts";
import { type Mended } from "../rules/node-table.ts";
import { type BaseRulesDeps, createBaseRules } from "./base-rules.ts";
import { type BaseWaysDeps, createBaseWays } from "./base-ways.ts";
import { withPods } from "./bridge-links.ts";
import { createCarriers } from "./carriers.ts";
import { failuresOf } from "./failures.ts";
import { bridgesOf, networkOnNode, type NodeNetwork, refuseConflict } from "./networks.ts";
import { faultsOf, whatCanFail } from "./node-faults.ts";
import { type NetworkMemory } from "./remembered-networks.ts";

export type NodeBaseDeps = BaseRulesDeps &
  Omit<BaseWaysDeps, "rules"> &
  Readonly<{ memory: NetworkMemory; log: Logger }>;

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

export function createNodeBase(deps: NodeBaseDeps): NodeBase {
  const { kernel, book, node, memory, log } = deps;
  const carriers = createCarriers({ kernel, node });
  /** By its network's name. */
  const prepared = new Map<string, Prepared>();
  let recalled: readonly NetworkConfig[] = [];
  const listeners = new Set<() => void>();
  const inTurn = createTurn();
  const networks = (): readonly NodeNetwork[] => [...prepared.values()];
  const bridges = (): readonly NodeLinks[] => networks().map(({ links }) => withPods(links, book.attachments()));
  const rules = createBaseRules(deps, networks);
  const ways = createBaseWays({ ...deps, rules }, { networks, bridges });
  const hasPods = ({ name, bridge }: NetworkConfig): boolean =>
    book.attachments().some(({ key, link }) => key.network === name && link.bridge === bridge);
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
      await rules.write();
    } catch (error) {
      // Not made: the next call tries again.
      if (before === undefined) prepared.delete(name);
      else prepared.set(name, before);
      throw error;
    }
    recalled = recalled.filter((one) => one.name !== name);
    await memory.remember([...networks().map(({ config }) => config), ...recalled]);
  };
  const prepare: NodeBase["prepare"] = async (config, pools) => {
    const mtu = await carriers.mtuOf(config, ways.overheadBytes());
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
      const nothing = { table: false, elements: 0 };
      const mended = await inTurn(async () => (prepared.size === 0 ? nothing : rules.write(signal)));
      return { ...mended, failed: await rules.limit(signal) };
    },
    async connect(signal) {
      carriers.forget();
      await inTurn(() => ways.connect(signal));
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
    ways: ways.ways,
  };
}

/** Work that is done one after another, in the order in which it was asked for; what fails ends no more than its own turn. */
function createTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
}

const textOf = ({ config: { name, bridge, mtu, rangeSets, tunnel: use }, links, pools }: NodeNetwork): string =>
  JSON.stringify([name, bridge, mtu, rangeSets, use, links, pools], (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
