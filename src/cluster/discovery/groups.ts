import { type Resource } from "../../model/index.ts";

/**
 * One version of a group as the API server told it. "stale": its API service did not answer, so `resources` are what
 * was last known of it, perhaps nothing.
 */
export type ServedVersion = Readonly<{
  version: string;
  freshness: "current" | "stale";
  resources: readonly Resource[];
}>;

/** One API group; versions in the server's order of preference. The core group is "". */
export type ServedGroup = Readonly<{ name: string; versions: readonly ServedVersion[] }>;

/** Everything one API server serves: the core group first, then the others in the server's order of priority. */
export type ServedGroups = readonly ServedGroup[];
