import { isDeepStrictEqual } from "node:util";
import { type Resource, resourceName } from "../../model/index.ts";

/** What is in one and not in the other; a resource that changed in any way is in both, as it was and as it is. */
export type ResourceDifferences = Readonly<{ added: readonly Resource[]; removed: readonly Resource[] }>;

/** Compares by plural and group, then by everything that is told: a new version or verb means a new follower. */
export function compareResources(before: readonly Resource[], after: readonly Resource[]): ResourceDifferences {
  return { added: missingFrom(before, after), removed: missingFrom(after, before) };
}

function missingFrom(these: readonly Resource[], wanted: readonly Resource[]): readonly Resource[] {
  const known = new Map(these.map((resource) => [resourceName(resource), resource]));
  return wanted.filter((resource) => !isDeepStrictEqual(known.get(resourceName(resource)), resource));
}
