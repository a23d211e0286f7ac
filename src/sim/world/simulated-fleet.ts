import {
  between,
  type Breather,
  type Clock,
  createBreather,
  createSeededRandom,
  type Random,
  systemClock,
} from "../../base/index.ts";
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
  Readonly<{
    clusters: readonly (SimulatedCluster & Readonly<{ place: Place }>)[];
    kubeconfig(): string;
    /** Nothing happens any more; the clusters answer on. */
    still(): void;
  }>;

export type SimulatedFleetDeps = Readonly<{
  clock?: Clock;
  /** Gives a world up that is still being made. */
  signal?: AbortSignal;
}>;

/**
 * Starts a fleet: deployments roll out, pods crash and recover, nodes come and go, jobs run, a namespace now and then is
 * deleted. Its clusters have a past already: what they begin with runs, and a few things have happened.
 */
export async function createSimulatedFleet(
  options: WorldOptions = {},
  { clock = systemClock, signal }: SimulatedFleetDeps = {},
): Promise<SimulatedFleet> {
  const { seed = 1, clusters: count = 3, everyMs = 2_000 } = options;
  await using made = new AsyncDisposableStack();
  const breather = createBreather(clock, signal);
  const clusters: (SimulatedCluster & Readonly<{ place: Place; random: Random }>)[] = [];
  let stops: readonly (() => void)[] = [];
  made.defer(async () => {
    for (const stop of stops) stop();
    await Promise.all(clusters.map((cluster) => cluster[Symbol.asyncDispose]()));
  });
  for (let index = 0; index < count; index++) {
    const random = createSeededRandom(seed * 1_000 + index);
    const { cluster, place } = await createLiving(options, { index, random, clock, breather });
    clusters.push({ ...cluster, place, random });
  }
  if (everyMs !== 0) stops = clusters.map((cluster) => liveOn(cluster, { clock, everyMs, random: cluster.random }));
  const ending = made.move();
  return {
    clusters,
    kubeconfig: () => kubeconfigText(clusters),
    still() {
      for (const stop of stops) stop();
      for (const cluster of clusters) cluster.still();
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
}

type Making = Readonly<{ index: number; random: Random; clock: Clock; breather: Breather }>;

/** One cluster, with its past. */
async function createLiving({ pods = 60 }: WorldOptions, { index, random, clock, breather }: Making) {
  const place = placeAt(index);
  const timeline = createTimeline(clock, pastMs);
  await breather.pause();
  const cluster = await createSimulatedCluster({
    name: place.name,
    random,
    clock: timeline,
    // As an API server forgets them.
    eventsSinceMs: clock.nowMs() - 3_600_000,
    objects: firstObjects(random, pods),
  });
  try {
    await live(cluster, { timeline, random, breather });
    return { cluster, place };
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

const pastMs = 4 * 3_600_000;
/** Things that have happened when a world is first looked at. */
const pastHappenings = 16;

/** What was: everything started, then something now and then. */
async function live(
  cluster: Pick<SimulatedCluster, "happen">,
  { timeline, random, breather }: Readonly<{ timeline: Timeline; random: Random; breather: Breather }>,
): Promise<void> {
  const eachMs = pastMs / (pastHappenings + 1);
  await timeline.wind(eachMs, breather);
  for (let count = 0; count < pastHappenings; count++) {
    cluster.happen(chooseHappening(random));
    await timeline.wind(eachMs, breather);
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
