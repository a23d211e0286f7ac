import { type Clock, type Random } from "../../base/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { type ClusterAnswer, type ClusterId, type Reader } from "../../model/index.ts";
import { type Fleet } from "../model.ts";
import { answerFrom, type Given } from "./answer.ts";
import { listObjects } from "./list-objects.ts";
import { askEach } from "./merge-answers.ts";
import { watchObjects } from "./watch-objects.ts";

export type ClusterReaderDeps = Readonly<{ clock: Clock; random: Random }>;

/**
 * A Reader that asks the clusters themselves, each time anew. Clusters are asked side by side; one that cannot be
 * reached answers with why, after the fleet's time limit at the latest.
 */
export function createClusterReader(fleet: Fleet, { clock, random }: ClusterReaderDeps): Reader {
  const ask = <T>(ids: readonly ClusterId[], question: Question<T>, signal: AbortSignal) =>
    askEach(
      ids,
      (id, signal) => once(() => answerFrom(fleet, id, { signal, ask: (cluster) => question(cluster, signal) })),
      signal,
    ) satisfies AsyncIterable<ClusterAnswer<T>>;
  return {
    clusters: () => fleet.clusters(),
    summaries: (ids, signal) => askEach(ids, (id, signal) => once(() => fleet.check(id, signal)), signal),
    resources: (ids, signal) =>
      ask(ids, async ({ discovery }, signal) => ({ value: await discovery.resources(signal) }), signal),
    list: (query, signal) => ask(query.clusters, (cluster, signal) => listObjects(cluster, query, signal), signal),
    watch: (query, signal) =>
      askEach(query.clusters, (id, signal) => watchObjects({ fleet, clock, random }, { id, query }, signal), signal),
  };
}

type Question<T> = (cluster: Cluster, signal: AbortSignal) => Promise<Given<T>>;

async function* once<T>(ask: () => Promise<T>): AsyncGenerator<T> {
  yield await ask();
}
