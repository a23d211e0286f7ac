import { HeddleError } from "../../base/index.ts";
import { type Kernel, KernelRefused } from "../kernel/model.ts";
import { type LocalNode, type RemoteNode, type RoutesDone, type RoutesStep, type Way, whatToRoute } from "./model.ts";
import { planRoutes } from "./plan.ts";
import { aboutTunnel } from "./tunnel-plan.ts";

/** Keeps this node's routes to the others' pods. */
export type NodeRoutes = Readonly<{
  /**
   * Observes, plans and applies; answers what was done, which is nothing when nothing was to be done. One call at a time.
   * What the kernel refuses does not hold the rest back; then it throws a WaysRefused in the end.
   */
  reconcile(local: LocalNode, remotes: readonly RemoteNode[], signal?: AbortSignal): Promise<RoutesDone>;
}>;

/** Not all ways could be made. `ways` are as they are: by none, with the reason, those that could not. */
export class WaysRefused extends HeddleError {
  override readonly name = "WaysRefused";
  readonly ways: readonly Way[];
  /** As they shall be. */
  readonly planned: readonly Way[];

  constructor(planned: readonly Way[], refusals: readonly Refusal[]) {
    const named = refusals.slice(0, mostNamed).map(({ step, error }) => `${step.about}: ${error.message}`);
    const more = refusals.length > mostNamed ? ` And ${refusals.length - mostNamed} more.` : "";
    super(`The ways to other nodes' pods are not all as they should be. ${named.join(" ")}${more}`, {
      code: "HEDDLE_AGENT_WAYS_REFUSED",
      retryable: refusals.every(({ error }) => error.retryable),
      cause: refusals[0]?.error,
    });
    this.planned = planned;
    this.ways = planned.map((way) => refusedOf(way, refusals));
  }
}

export type Refusal = Readonly<{ step: RoutesStep; error: KernelRefused }>;

const mostNamed = 5;

export const createNodeRoutes = ({ kernel }: Readonly<{ kernel: Kernel }>): NodeRoutes => ({
  async reconcile(local, remotes, signal) {
    const { ways, steps } = planRoutes(local, remotes, await kernel.observe(whatToRoute, signal));
    const refusals: Refusal[] = [];
    for (const step of steps) {
      try {
        await kernel.run({ operations: step.operations }, signal);
      } catch (error) {
        if (!(error instanceof KernelRefused)) throw error;
        // For others that may still send by it: without it this node's ways are what they shall be.
        if (step.about === aboutTunnel && !ways.some(({ by }) => by === "tunnel")) continue;
        refusals.push({ step, error });
      }
    }
    if (refusals.length > 0) throw new WaysRefused(ways, refusals);
    return { ways, operations: steps.flatMap(({ operations }) => operations) };
  },
});

/** Without the tunnel no way leads through it, though its route may stand from before. */
function refusedOf(way: Way, refusals: readonly Refusal[]): Way {
  const refusal = refusals.find(({ step }) => step.way === way || (way.by === "tunnel" && step.about === aboutTunnel));
  if (refusal === undefined) return way;
  return { node: way.node, destination: way.destination, by: "none", because: refusal.error.message };
}
