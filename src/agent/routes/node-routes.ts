import type { Kernel } from "../kernel/model.ts";
import { type LocalNode, type RemoteNode, type RoutesPlan, whatToRoute } from "./model.ts";
import { planRoutes } from "./plan.ts";

/** Keeps this node's routes to the others' pods. */
export type NodeRoutes = Readonly<{
  /** Observes, plans and applies; answers the plan, which is empty when nothing was to be done. One call at a time. */
  reconcile(local: LocalNode, remotes: readonly RemoteNode[], signal?: AbortSignal): Promise<RoutesPlan>;
}>;

export const createNodeRoutes = ({ kernel }: Readonly<{ kernel: Kernel }>): NodeRoutes => ({
  async reconcile(local, remotes, signal) {
    const plan = planRoutes(local, remotes, await kernel.observe(whatToRoute, signal));
    if (plan.operations.length > 0) await kernel.run({ operations: plan.operations }, signal);
    return plan;
  },
});
