import {
  anySignal,
  type BackOff,
  type Clock,
  createBackOff,
  HeddleError,
  isHeddleError,
  type Random,
} from "../../base/index.ts";
import { type Cluster, type FollowEvent } from "../../cluster/index.ts";
import {
  type Change,
  type ClusterAnswer,
  type ClusterId,
  type KubeObject,
  type Resource,
  type ResourceQuery,
  type WatchedList,
} from "../../model/index.ts";
import { type Fleet } from "../model.ts";
import { failed } from "./answer.ts";
import { findKind } from "./find-kind.ts";

export type WatchDeps = Readonly<{ fleet: Fleet; clock: Clock; random: Random }>;

type Answer = ClusterAnswer<WatchedList>;

/** What asking again can never change: only the person can. */
const final = new Set(["HEDDLE_CLUSTER_UNKNOWN_KIND", "HEDDLE_FLEET_SEVERAL_KINDS", "HEDDLE_FLEET_UNKNOWN_CLUSTER"]);

/**
 * One cluster's objects, then its changes, until the signal aborts. A cluster that cannot be had says so, once for each
 * reason, and is tried again; one that comes back tells everything again as its first answer.
 */
export async function* watchObjects(
  { fleet, clock, random }: WatchDeps,
  { id, query }: Readonly<{ id: ClusterId; query: ResourceQuery }>,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const backOff = createBackOff({ minMs: 1_000, maxMs: 30_000 }, random);
  using membership = noticeMembership(fleet, id);
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      const cluster = await fleet.connect(id, signal);
      const resource = await findKind(cluster, query.kind, signal);
      told = undefined;
      yield* followObjects(cluster, { id, query, resource, backOff }, signal);
    } catch (error) {
      signal.throwIfAborted();
      const answer = failed(id, error);
      if (told !== answer.error.message) yield answer;
      told = answer.error.message;
      if (final.has(answer.error.code)) return;
    }
    await membership.sleep((either) => clock.sleep(backOff.nextMs(), either), signal);
  }
}

/** Sleeps that end at once when the cluster is removed, or takes another's place. */
function noticeMembership({ subscribe }: Fleet, id: ClusterId) {
  let changed = new AbortController();
  const leave = subscribe((event) => {
    if (event.id === id) changed.abort();
  });
  return {
    async sleep(sleep: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
      await sleep(anySignal(signal, changed.signal)).catch(() => {});
      signal.throwIfAborted();
      if (changed.signal.aborted) changed = new AbortController();
    },
    [Symbol.dispose]: leave,
  };
}

type Watched = Readonly<{ id: ClusterId; query: ResourceQuery; resource: Resource; backOff: BackOff }>;

/** Ends when the cluster is closed: it was refused, or reached with other credentials. */
async function* followObjects(cluster: Cluster, watched: Watched, signal: AbortSignal): AsyncGenerator<Answer> {
  const { id, query, resource, backOff } = watched;
  const wanted = selectorOf(query);
  const { namespace, labelSelector } = query;
  const batcher = createBatcher(resource, wanted.keep);
  const options = { namespace, labelSelector, fieldSelector: wanted.fieldSelector, signal };
  for await (const event of cluster.follow(resource, options)) {
    if (event.type === "status") {
      const problem = problemOf(event);
      if (problem !== undefined) yield failed(id, problem);
      continue;
    }
    const value = batcher.take(event);
    if (value === undefined) continue;
    backOff.reset();
    yield { cluster: id, ok: true, value, freshness: { state: "direct" } };
  }
}

/** One name is for the API server to select; several it cannot select at once. */
function selectorOf({ names, fieldSelector }: ResourceQuery) {
  const [name] = names ?? [];
  if (names === undefined || name === undefined) return { fieldSelector, keep: () => names === undefined };
  if (names.length > 1) return { fieldSelector, keep: (found: string) => names.includes(found) };
  const byName = `metadata.name=${name}`;
  return { fieldSelector: fieldSelector ? `${byName},${fieldSelector}` : byName, keep: () => true };
}

/** What went wrong with a kind that is followed. That the connection was lost is told too: changes may come late. */
function problemOf(event: Extract<FollowEvent, { type: "status" }>): HeddleError | undefined {
  const { status, reason, error } = event;
  if (status === "live" || status === "syncing") return undefined;
  if (status === "catching-up") return error;
  if (error !== undefined && isHeddleError(error)) return error;
  return new HeddleError(reason, { code: "HEDDLE_FLEET_NOT_FOLLOWED", retryable: true });
}

type Batcher = Readonly<{ take(event: FollowEvent): WatchedList | undefined }>;

/** Collects changes up to the first full list into the first answer; hands the later ones on as they come. */
function createBatcher(resource: Resource, keep: (name: string) => boolean): Batcher {
  let initial: Map<string, KubeObject> | undefined = new Map();
  const gather = (objects: Map<string, KubeObject>, { type, object }: Change): void => {
    const { uid, namespace, name } = object.metadata;
    const key = uid ?? `${namespace}/${name}`;
    if (type === "deleted") objects.delete(key);
    else objects.set(key, object);
  };
  return {
    take(event) {
      if (event.type === "synced" && initial !== undefined) {
        const objects = [...initial.values()];
        initial = undefined;
        return { resource, initial: true, objects, deleted: [] };
      }
      if (event.type !== "changes") return undefined;
      const changes = event.changes.filter(({ object }) => keep(object.metadata.name));
      if (initial !== undefined) {
        for (const change of changes) gather(initial, change);
        return undefined;
      }
      if (changes.length === 0) return undefined;
      const deleted = changes.filter(({ type }) => type === "deleted").map(({ object }) => object);
      const objects = changes.filter(({ type }) => type !== "deleted").map(({ object }) => object);
      return { resource, initial: false, objects, deleted };
    },
  };
}
