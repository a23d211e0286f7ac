import { type Clock, type Random } from "../../base/index.ts";
import { type ClusterAnswer, type ClusterId, type Reader } from "../../model/index.ts";
import { type Fleet } from "../model.ts";
import { answerFrom, type Given } from "./answer.ts";
import { type Cluster } from "../../cluster/index.ts";
import { listObjects } from "./list-objects.ts";
import { mergeAnswers } from "./merge-answers.ts";
import { watchObjects } from "./watch-objects.ts";

/**
 * A Reader that asks the clusters themselves, each time anew. Clusters are asked side by side; one that fails answers
 * with why, after the fleet's time limit at the latest.
 */
export function createClusterReader(
  fleet: Fleet,
  { clock, random }: Readonly<{ clock: Clock; random: Random }>,
): Reader {
  const ask = <T>(
    ids: readonly ClusterId[],
    question: (cluster: Cluster, signal: AbortSignal) => Promise<Given<T>>,
    signal: AbortSignal,
  ): AsyncIterable<ClusterAnswer<T>> =>
    mergeAnswers(
      ids.map(
        (id) =>
          async function* (signal: AbortSignal) {
            yield await answerFrom(fleet, id, { signal, ask: (cluster) => question(cluster, signal) });
          },
      ),
      signal,
    );
  return {
    clusters: () => fleet.clusters(),
    summaries: (ids, signal) =>
      mergeAnswers(
        ids.map(
          (id) =>
            async function* (signal: AbortSignal) {
              yield await fleet.check(id, signal);
            },
        ),
        signal,
      ),
    resources: (ids, signal) =>
      ask(ids, async ({ discovery }, signal) => ({ value: await discovery.resources(signal) }), signal),
    list: (query, signal) => ask(query.clusters, (cluster, signal) => listObjects(cluster, query, signal), signal),
    watch: (query, signal) =>
      mergeAnswers(
        query.clusters.map(
          (id) => (signal: AbortSignal) => watchObjects({ fleet, clock, random }, { id, query }, signal),
        ),
        signal,
      ),
  };
}
