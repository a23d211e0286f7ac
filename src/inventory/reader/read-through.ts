import {
  type ClusterAnswer,
  type KubeObject,
  type ObjectList,
  type Reader,
  type ResourceQuery,
  type WatchedList,
} from "../../model/index.ts";
import { pruneObject } from "../ingest/prune.ts";

/**
 * The clusters' own answers, with objects as the store would keep them: an answer holds no more because the store does
 * not have its kind yet, no value of a Secret above all. Only `live: true` asks for all there is.
 */
export const readThrough = (direct: Reader): Pick<Reader, "list" | "watch"> => ({
  async *list(query, signal) {
    for await (const answer of direct.list(query, signal)) yield asKept(answer, query, prunedList);
  },
  async *watch(query, signal) {
    for await (const answer of direct.watch(query, signal)) yield asKept(answer, query, prunedWatch);
  },
});

function asKept<T>(answer: ClusterAnswer<T>, { live }: ResourceQuery, prune: (value: T) => T): ClusterAnswer<T> {
  if (live === true || answer.value === undefined) return answer;
  return { ...answer, value: prune(answer.value) };
}

const pruned = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  objects.map((object) => pruneObject(object).object);

const prunedList = (list: ObjectList): ObjectList => ({ ...list, objects: pruned(list.objects) });

const prunedWatch = (list: WatchedList): WatchedList => ({
  ...list,
  objects: pruned(list.objects),
  deleted: pruned(list.deleted),
});
