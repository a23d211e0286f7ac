import { setTimeout as sleep } from "node:timers/promises";
import { type SimulatedCluster } from "../../../src/sim/index.ts";
import { epochMs, markedBy, markOf } from "../../marks.ts";
import { type Storm } from "./model.ts";
import { podAt } from "./objects.ts";

type Changed = Readonly<{ clusters: readonly SimulatedCluster[]; podsEach: number }>;

/** A change in so many makes a config map, and another takes away one that was made a while before. */
const churnEvery = 20;
const churnLives = 1_000;

/**
 * Changes pods in the API servers themselves, all clusters in turn: what is measured is how a change spreads, not how
 * it is written. Resolves with how many were changed.
 */
export async function storm(
  { clusters, podsEach }: Changed,
  { perSecond, seconds, busy = 1, churn }: Storm,
): Promise<number> {
  const busyPods = Math.ceil(podsEach * busy);
  const beginMs = performance.now();
  const all = Math.round(perSecond * seconds);
  for (let done = 0; done < all;) {
    const due = Math.min(all, Math.floor(((performance.now() - beginMs) * perSecond) / 1_000));
    for (; done < due; done++) {
      const cluster = clusters[done % clusters.length];
      const turn = Math.floor(done / clusters.length);
      if (churn === true && turn % churnEvery === 0) churnIn(cluster, turn / churnEvery);
      // Far apart, as nothing on a real fleet changes in the order of a list.
      else changePod(cluster, (turn * 7_919) % busyPods, done);
    }
    await sleep(5);
  }
  return all;
}

function changePod(cluster: SimulatedCluster | undefined, index: number, change: number): void {
  cluster?.happen((view) => {
    const { namespace, name } = podAt(index);
    const pod = view.get("pods", namespace, name);
    if (pod === undefined) throw new Error(`there is no pod ${namespace}/${name}`);
    const annotations = { ...pod.metadata.annotations, [markedBy]: markOf(epochMs(), change) };
    return [{ type: "update", collection: "pods", object: { ...pod, metadata: { ...pod.metadata, annotations } } }];
  });
}

function churnIn(cluster: SimulatedCluster | undefined, round: number): void {
  const nameOf = (at: number): string => `churn-${at}`;
  const [collection, namespace] = ["configmaps", "default"];
  const metadata = { name: nameOf(round), namespace };
  const lived = round - churnLives / churnEvery;
  cluster?.happen(() => [
    { type: "create", collection, object: { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "b" } } },
    ...(lived < 0 ? [] : [{ type: "remove", collection, namespace, name: nameOf(lived) } as const]),
  ]);
}
