import { between, type Clock, createSeededRandom, type Random, systemClock } from "../../base/index.ts";
import { kubeconfigText } from "../server/kubeconfig.ts";
import { type SimulatedCluster } from "../server/model.ts";
import { createSimulatedCluster } from "../server/simulated-cluster.ts";
import { firstObjects } from "./first-objects.ts";
import { chooseHappening } from "./happenings.ts";
import { type Place, type WorldOptions } from "./model.ts";
import { placeAt } from "./places.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** Clusters whose world lives. Disposing ends them all. */
export type SimulatedFleet = AsyncDisposable &
  Readonly<{ clusters: readonly (SimulatedCluster & Readonly<{ place: Place }>)[]; kubeconfig(): string }>;

/**
 * Starts a fleet: deployments roll out, pods crash and recover, nodes come and go, jobs run, a namespace now and then is
 * deleted. Its clusters have a past already: what they begin with runs, and a few things have happened.
 */
export async function createSimulatedFleet(
  options: WorldOptions = {},
  { clock = systemClock }: Readonly<{ clock?: Clock }> = {},
): Promise<SimulatedFleet> {
  const { seed = 1, clusters: count = 3, pods = 60, everyMs = 2_000 } = options;
  const clusters = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const place = placeAt(index);
      const random = createSeededRandom(seed * 1_000 + index);
      const timeline = createTimeline(clock, pastMs);
      const cluster = await createSimulatedCluster({
        name: place.name,
        random,
        clock: timeline,
        // As an API server forgets them.
        eventsSinceMs: clock.nowMs() - 3_600_000,
        objects: firstObjects(random, pods),
      });
      live(cluster, timeline, random);
      const stop = everyMs === 0 ? () => {} : liveOn(cluster, { clock, everyMs, random });
      return { ...cluster, place, stop };
    }),
  );
  return {
    clusters,
    kubeconfig: () => kubeconfigText(clusters),
    async [Symbol.asyncDispose]() {
      for (const { stop } of clusters) stop();
      await Promise.all(clusters.map((cluster) => cluster[Symbol.asyncDispose]()));
    },
  };
}

const pastMs = 4 * 3_600_000;
/** Things that have happened when a world is first looked at. */
const pastHappenings = 16;

/** What was: everything started, then something now and then. */
function live(cluster: Pick<SimulatedCluster, "happen">, timeline: Timeline, random: Random): void {
  const eachMs = pastMs / (pastHappenings + 1);
  timeline.wind(eachMs);
  for (let count = 0; count < pastHappenings; count++) {
    cluster.happen(chooseHappening(random));
    timeline.wind(eachMs);
  }
  timeline.join();
}

type Living = Readonly<{ clock: Clock; everyMs: number; random: Random }>;

/** Something happens again and again; the answer ends it. */
function liveOn(cluster: Pick<SimulatedCluster, "happen">, { clock, everyMs, random }: Living): () => void {
  const pause = (): number => everyMs * between(random, 0.5, 1.5);
  let cancel = clock.after(pause(), again);
  function again(): void {
    cluster.happen(chooseHappening(random));
    cancel = clock.after(pause(), again);
  }
  return () => cancel();
}
