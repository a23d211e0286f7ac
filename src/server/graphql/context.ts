import { type Breather, type Clock, createBreather } from "../../base/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { type ClusterView, viewClusters } from "../clusters-view.ts";
import { heldCounts, type HeldCounts } from "../held-counts.ts";
import { type ServerDeps } from "../model.ts";
import { createSpend, type Spend } from "./budget.ts";

/** What is to be told of the server itself. */
export type About = Readonly<{
  version: string;
  /** Milliseconds since 1970. */
  startedAtMs: number;
  enableMutations: boolean;
  demo: boolean;
  source: string;
  notes: readonly string[];
  warnings: readonly string[];
}>;

/** What resolvers work with; one a request. */
export type GraphqlContext = Readonly<{
  deps: ServerDeps;
  spend: Spend;
  pause: Breather["pause"];
  views: Views;
  /** What the store counts of each cluster, as it was within the last second. */
  held(): Promise<ReadonlyMap<ClusterId, HeldCounts>>;
  about(): About;
  /** Aborts when the client is gone or the server stops. */
  signal: AbortSignal;
  /** For the log: who asks. */
  who: string;
}>;

/** Clusters by id, as they were within the last second: an answer names the same few many times. */
export type Views = () => ReadonlyMap<ClusterId, ClusterView>;

/**
 * A list whose members are answered one after the other, with turns of the event loop in between: a list that is handed
 * over whole is answered in one turn, however long it is. A list of promises and no async iterable: GraphQL looks after
 * the members of one only when it has come to its end, and a member that failed before would end the process.
 */
export function paced<T>(items: readonly T[], { pause }: Pick<GraphqlContext, "pause">): readonly Promise<T>[] {
  const gates = items.map((item) => ({ item, gate: Promise.withResolvers<T>() }));
  const open = async (): Promise<void> => {
    for (const { item, gate } of gates) {
      for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
      gate.resolve(item);
    }
  };
  open().catch((error: unknown) => {
    for (const { gate } of gates) gate.reject(error);
  });
  return gates.map(({ gate: { promise } }) => {
    // Where the answer has failed already nobody waits for its members.
    promise.catch(() => {});
    return promise;
  });
}

const viewsForMs = 1_000;

export const createContext = (
  deps: ServerDeps,
  { about, signal, who }: Pick<GraphqlContext, "about" | "signal" | "who">,
): GraphqlContext => ({
  deps,
  spend: createSpend(),
  pause: createBreather(deps.clock, signal).pause,
  views: createViews(deps, deps.clock),
  held: createHeld(deps, signal),
  about,
  signal,
  who,
});

function createHeld({ store, clock }: ServerDeps, signal: AbortSignal): GraphqlContext["held"] {
  let [counting, untilMs]: [ReturnType<GraphqlContext["held"]> | undefined, number] = [undefined, 0];
  return () => {
    if (counting !== undefined && clock.monotonicMs() < untilMs) return counting;
    untilMs = clock.monotonicMs() + viewsForMs;
    return (counting = heldCounts(store, signal));
  };
}

function createViews(deps: ServerDeps, { monotonicMs }: Pick<Clock, "monotonicMs">): Views {
  let [views, untilMs]: [ReadonlyMap<ClusterId, ClusterView>, number] = [new Map(), 0];
  return () => {
    if (monotonicMs() >= untilMs) {
      views = new Map(viewClusters(deps).map((view) => [view.info.id, view]));
      untilMs = monotonicMs() + viewsForMs;
    }
    return views;
  };
}
