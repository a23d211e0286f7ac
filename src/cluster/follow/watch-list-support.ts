import { apiVersionOf, type Resource } from "../../model/index.ts";

/**
 * What is known of one API server's WatchList, so that finding out is paid for once. An aggregated API server behind
 * the same address may be older than the rest: after a first proof only its own group is taken to be without.
 */
export type WatchListSupport = Readonly<{
  /** True until it was found missing. */
  mayHave(resource: Resource): boolean;
  isProven(resource: Resource): boolean;
  prove(resource: Resource): void;
  disprove(resource: Resource): void;
}>;

export function createWatchListSupport(): WatchListSupport {
  const proven = new Set<string>();
  const missing = new Set<string>();
  let isMissingEverywhere = false;
  return {
    mayHave: (resource) => !isMissingEverywhere && !missing.has(apiVersionOf(resource)),
    isProven: (resource) => proven.has(apiVersionOf(resource)),
    prove: (resource) => void proven.add(apiVersionOf(resource)),
    disprove(resource) {
      if (proven.size === 0) isMissingEverywhere = true;
      else if (!proven.has(apiVersionOf(resource))) missing.add(apiVersionOf(resource));
    },
  };
}
