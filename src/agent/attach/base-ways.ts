import { type Kernel } from "../kernel/model.ts";
import { type NodeLinks } from "../links/model.ts";
import { type NodeWatch } from "../node/model.ts";
import { tunnelBytes, type Way } from "../routes/model.ts";
import { type NodeRoutes, WaysRefused } from "../routes/node-routes.ts";
import { type BaseRules } from "./base-rules.ts";
import { planStrayGateways } from "./bridge-links.ts";
import { bridgesOf, gatewaysOf, type NodeNetwork, tunnelUseOf } from "./networks.ts";

/** How the pods of other nodes are reached. */
export type BaseWays = Readonly<{
  /** Makes the ways to the nodes that were heard of; called by one at a time, as rules are. */
  connect(signal: AbortSignal): Promise<void>;
  /** As they were after the last `connect`. */
  ways(): readonly Way[];
  /**
   * What the ways, as they shall be, add to a packet at most: what could not be made may stand from before. Undefined
   * before the first `connect`.
   */
  overheadBytes(): number | undefined;
}>;

/** The networks that the ways are for, and their bridges with what their pods need. */
export type BaseNetworks = Readonly<{
  networks: () => readonly NodeNetwork[];
  bridges: () => readonly NodeLinks[];
}>;

export type BaseWaysDeps = Readonly<{
  kernel: Kernel;
  node: Pick<NodeWatch, "view">;
  routes: NodeRoutes;
  rules: BaseRules;
}>;

export function createBaseWays(
  { kernel, node, routes, rules }: BaseWaysDeps,
  { networks, bridges }: BaseNetworks,
): BaseWays {
  let ways: readonly Way[] = [];
  let overheadBytes: number | undefined;
  const settle = (made: readonly Way[], planned: readonly Way[]): void => {
    ways = made;
    overheadBytes = overheadOf(planned);
  };
  return {
    ways: () => ways,
    overheadBytes: () => overheadBytes,
    async connect(signal) {
      const { self, others, complete } = node.view();
      const known = networks();
      // A node that was not heard of yet is not gone.
      if (self === undefined || !complete || known.length === 0) return;
      const local = {
        name: self.name,
        addresses: self.addresses,
        bridges: bridgesOf(known),
        gateways: gatewaysOf(known),
        tunnel: tunnelUseOf(known),
      };
      // Before there is a way to pods that would be hidden from each other.
      await rules.renew(signal);
      const found = await kernel.observe({ links: local.bridges, addresses: true }, signal);
      const blocks = others.flatMap(({ podCidrs }) => podCidrs);
      const stray = planStrayGateways(bridges(), blocks, found);
      if (stray.length > 0) await kernel.run({ operations: stray }, signal);
      try {
        const done = await routes.reconcile(local, others, signal);
        settle(done.ways, done.ways);
      } catch (error) {
        if (error instanceof WaysRefused) settle(error.ways, error.planned);
        throw error;
      }
    },
  };
}

const overheadOf = (ways: readonly Way[]): number =>
  Math.max(0, ...ways.map((way) => (way.by === "tunnel" ? tunnelBytes[way.to.family] : 0)));
