import { type Clock } from "../../base/index.ts";
import { apiVersionOf, type Resource } from "../../model/index.ts";

/**
 * What is known of one API server's WatchList, so that finding out is paid for once. An aggregated API server behind
 * the same address may be older than the rest: after a first proof only its own group is taken to be without.
 */
export type WatchListSupport = Readonly<{
  /** True until it was found missing, and again a while after: servers are upgraded, and silence proves little. */
  mayHave(resource: Resource): boolean;
  isProven(resource: Resource): boolean;
  prove(resource: Resource): void;
  disprove(resource: Resource): void;
}>;

const believedForMs = 60 * 60_000;

export function createWatchListSupport(clock: Pick<Clock, "monotonicMs">): WatchListSupport {
  const proven = new Set<string>();
  const missingSinceMs = new Map<string, number>();
  const isMissing = (what: string): boolean => {
    const sinceMs = missingSinceMs.get(what);
    return sinceMs !== undefined && clock.monotonicMs() - sinceMs < believedForMs;
  };
  return {
    mayHave: (resource) => !isMissing(everywhere) && !isMissing(apiVersionOf(resource)),
    isProven: (resource) => proven.has(apiVersionOf(resource)),
    prove(resource) {
      proven.add(apiVersionOf(resource));
      missingSinceMs.delete(everywhere);
    },
    disprove(resource) {
      proven.delete(apiVersionOf(resource));
      missingSinceMs.set(proven.size === 0 ? everywhere : apiVersionOf(resource), clock.monotonicMs());
    },
  };
}

/** No group and version is called so. */
const everywhere = "*";
