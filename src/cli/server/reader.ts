import { toHeddleError } from "../../base/index.ts";
import {
  answerFromWire,
  type ClusterAnswer,
  type ClusterId,
  type ClusterInfo,
  type JsonValue,
  objectListFromWire,
  type Reader,
  resourcesFromWire,
  summaryFromWire,
  unknownHealth,
} from "../../model/index.ts";
import { type Asked, askLines } from "./ask-lines.ts";
import { watchThrough, type WatchDeps } from "./watch.ts";

/**
 * model's Reader, answered by a Heddle server. When the connection breaks, each cluster that has not answered yet fails
 * with HEDDLE_SERVER_UNREACHABLE; a watch goes on when the server is back.
 */
export function createServerReader(deps: WatchDeps, clusters: readonly ClusterInfo[]): Reader {
  const { connection } = deps;
  const question = { connection };
  return {
    clusters: () => clusters,
    async *summaries(ids, signal) {
      const asked = { ...question, path: "/api/reader/summaries", body: { clusters: ids }, signal };
      const missing = new Set<ClusterId>(ids);
      try {
        for await (const line of askLines(asked)) {
          const summary = summaryFromWire(line);
          missing.delete(summary.info.id);
          yield summary;
        }
        if (missing.size > 0) throw new Error("the server's answer ended early");
      } catch (thrown) {
        signal.throwIfAborted();
        const error = toHeddleError(thrown, "HEDDLE_SERVER_UNREACHABLE");
        const health = { ...unknownHealth, reason: error.message, error };
        for (const info of clusters) if (missing.has(info.id)) yield { info, health };
      }
    },
    resources: (ids, signal) =>
      answersOf(
        { ...question, path: "/api/reader/resources", body: { clusters: ids }, signal },
        ids,
        resourcesFromWire,
      ),
    list: (query, signal) =>
      answersOf({ ...question, path: "/api/reader/list", body: query, signal }, query.clusters, objectListFromWire),
    watch: (query, signal) => watchThrough(deps, query, signal),
  };
}

/** One answer for each of `ids`, whatever becomes of the connection. */
async function* answersOf<T>(
  asked: Asked,
  ids: readonly ClusterId[],
  fromWire: (value: JsonValue) => T,
): AsyncGenerator<ClusterAnswer<T>> {
  const missing = new Set(ids);
  if (missing.size === 0) return;
  try {
    for await (const line of askLines(asked)) {
      const answer = answerFromWire(line, fromWire);
      missing.delete(answer.cluster);
      yield answer;
    }
    if (missing.size > 0) throw new Error("the server's answer ended early");
  } catch (thrown) {
    asked.signal.throwIfAborted();
    const error = toHeddleError(thrown, "HEDDLE_SERVER_UNREACHABLE");
    for (const cluster of missing) yield { cluster, ok: false, error };
  }
}
