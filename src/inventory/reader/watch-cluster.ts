import { abortable, HeddleError } from "../../base/index.ts";
import { failed } from "../../fleet/index.ts";
import { type ClusterAnswer, resourceName, type WatchedList } from "../../model/index.ts";
import { type KindChange, type KindState } from "../model.ts";
import { findHeld, parseFound } from "./find-held.ts";
import { heldKind } from "./held-kind.ts";
import { type Asked, type StoreReaderDeps } from "./model.ts";
import { createNews } from "./news.ts";
import { readThrough } from "./read-through.ts";

type Answer = ClusterAnswer<WatchedList>;

/**
 * One cluster's objects from the store, then what becomes of them, until the signal aborts. That the store is no longer
 * current is told as a failure; the changes follow when it is. A kind that the store drops or does not hold is watched
 * at the cluster.
 */
export async function* watchCluster(deps: StoreReaderDeps, asked: Asked, signal: AbortSignal): AsyncGenerator<Answer> {
  for (;;) {
    let kind: KindState | undefined;
    try {
      kind = await heldKind(deps, asked, signal);
      if (kind !== undefined) yield* followKind(deps, { ...asked, kind }, signal);
    } catch (error) {
      signal.throwIfAborted();
      yield failed(asked.id, error);
      return;
    }
    if (kind === undefined) {
      yield* readThrough(deps.direct).watch({ ...asked.query, clusters: [asked.id] }, signal);
      return;
    }
  }
}

/** Ends when the store drops the kind. */
async function* followKind(
  deps: StoreReaderDeps,
  asked: Asked & Readonly<{ kind: KindState }>,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const { id, query, kind } = asked;
  const { resource } = kind;
  const news = createNews(deps.store, { id, query, resource });
  const state = createKindWatch(deps, asked, news.wake);
  try {
    // From before the first list: what changes while it is made is told behind it.
    const found = await findHeld(deps, asked, signal);
    const { objects } = await parseFound(deps, found, signal);
    news.begin(objects);
    yield {
      cluster: id,
      ok: true,
      value: { resource, initial: true, objects, deleted: [] },
      freshness: state.freshness(),
    };
    for (;;) {
      await abortable(news.arrival(), signal);
      if (state.dropped()) return;
      const problem = state.takeProblem();
      if (problem !== undefined) yield failed(id, problem);
      for (const { objects, deleted } of news.take())
        yield {
          cluster: id,
          ok: true,
          value: { resource, initial: false, objects, deleted },
          freshness: state.freshness(),
        };
    }
  } finally {
    state.end();
    news.end();
  }
}

/** What becomes of the kind as a whole while it is watched. */
function createKindWatch(
  { store, fleet }: StoreReaderDeps,
  { id, kind }: Asked & Readonly<{ kind: KindState }>,
  wake: () => void,
) {
  let freshness = kind.freshness;
  let dropped = false;
  let problem: HeddleError | undefined;
  const end = store.subscribeKinds(({ cluster, resource, state }: KindChange) => {
    if (cluster !== id || resource.kind !== kind.resource.kind || resource.group !== kind.resource.group) return;
    if (state === undefined) dropped = true;
    else freshness = state.freshness;
    problem = freshness.state === "live" ? undefined : notCurrent();
    wake();
  });
  const notCurrent = (): HeddleError => {
    const health = fleet.summaries().find(({ info }) => info.id === id)?.health;
    const words = `what is known of ${resourceName(kind.resource)} is ${freshness.state}: changes will be told when they are`;
    return health?.error ?? new HeddleError(words, { code: "HEDDLE_INVENTORY_NOT_CURRENT", retryable: true });
  };
  return {
    freshness: () => freshness,
    dropped: () => dropped,
    /** Once for each time that it stopped being current. */
    takeProblem() {
      const told = problem;
      problem = undefined;
      return told;
    },
    end,
  };
}
