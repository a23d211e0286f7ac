import { type Clock, createBackOff, isHeddleError, type Random, toHeddleError } from "../../base/index.ts";
import {
  answerFromWire,
  type ClusterAnswer,
  type ClusterId,
  type KubeObject,
  type ResourceQuery,
  type WatchedList,
  watchedListFromWire,
} from "../../model/index.ts";
import { askLines } from "./ask-lines.ts";
import { type ServerConnection } from "./connection.ts";

export type WatchDeps = Readonly<{ connection: ServerConnection; clock: Clock; random: Random }>;

type Answer = ClusterAnswer<WatchedList>;

/**
 * Every cluster's objects and then its changes, until the signal aborts. When the connection breaks, every cluster says
 * so once; when the server is back, only what changed meanwhile is told.
 */
export async function* watchThrough(
  { connection, clock, random }: WatchDeps,
  query: ResourceQuery,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const backOff = createBackOff({ minMs: 500, maxMs: 10_000 }, random);
  const seen = new Map<ClusterId, Seen>(query.clusters.map((id) => [id, createSeen()]));
  let told = false;
  while (!signal.aborted) {
    try {
      for await (const line of askLines({ connection, path: "/api/reader/watch", body: query, signal })) {
        told = false;
        backOff.reset();
        const answer = answerFromWire(line, watchedListFromWire);
        const news = answer.ok ? seen.get(answer.cluster)?.newsOf(answer.value) : undefined;
        if (!answer.ok) yield answer;
        else if (news !== undefined) yield { ...answer, value: news };
      }
      throw new Error("the server ended the watch");
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toHeddleError(thrown, "HEDDLE_SERVER_UNREACHABLE");
      if (!told) for (const cluster of query.clusters) yield { cluster, ok: false, error };
      told = true;
      // What the server itself refused it will refuse again.
      if (!error.retryable && isHeddleError(thrown)) return;
    }
    await clock.sleep(backOff.nextMs(), signal);
  }
  signal.throwIfAborted();
}

/** What was told of one cluster. */
type Seen = Readonly<{
  /** What of an answer is new; undefined when nothing is. */
  newsOf(value: WatchedList): WatchedList | undefined;
}>;

function createSeen(): Seen {
  const objects = new Map<string, KubeObject>();
  let listed = false;
  const keyOf = ({ metadata }: KubeObject): string => metadata.uid ?? `${metadata.namespace}/${metadata.name}`;
  const take = ({ objects: present, deleted }: WatchedList): void => {
    for (const object of present) objects.set(keyOf(object), object);
    for (const object of deleted) objects.delete(keyOf(object));
  };
  return {
    newsOf(value) {
      if (!value.initial || !listed) {
        listed ||= value.initial;
        take(value);
        return value;
      }
      const now = new Set(value.objects.map(keyOf));
      const isNew = (object: KubeObject): boolean =>
        objects.get(keyOf(object))?.metadata.resourceVersion !== object.metadata.resourceVersion;
      const news = {
        ...value,
        initial: false,
        objects: value.objects.filter(isNew),
        deleted: [...objects.values()].filter((object) => !now.has(keyOf(object))),
      };
      take(news);
      return news.objects.length + news.deleted.length === 0 ? undefined : news;
    },
  };
}
