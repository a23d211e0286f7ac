import { matchAmong } from "../../cluster/index.ts";
import { type ResourceChoice } from "../../fleet/index.ts";
import { type Resource } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";

/**
 * The kinds to follow: of those that can be listed and watched the included ones, all when none is named, but never an
 * excluded one. Words are kubectl's ("po", "deploy.apps", "all"); one that means nothing here chooses nothing. One
 * entry a group and kind: it is what objects are known by. What people ask for first stands first, then all else in the
 * order in which it is served.
 */
export function chooseKinds(resources: readonly Resource[], { include, exclude }: ResourceChoice): readonly Resource[] {
  const followable = resources.filter(({ verbs }) => verbs.includes("list") && verbs.includes("watch"));
  const meant = (words: readonly string[]): ReadonlySet<Resource> =>
    new Set(words.flatMap((word) => matchAmong(resources, word)));
  const [included, excluded] = [meant(include), meant(exclude)];
  const chosen = followable.filter(
    (resource) => (include.length === 0 || included.has(resource)) && !excluded.has(resource),
  );
  const byKind = Map.groupBy(chosen, kindName);
  return [...byKind.values()]
    .flatMap(([first]) => (first === undefined ? [] : [first]))
    .toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** Included words that mean nothing of what is served: misspelt, or of a definition that is not there (yet). */
export const wordsWithoutKind = (resources: readonly Resource[], { include }: ResourceChoice): readonly string[] =>
  include.filter((word) => matchAmong(resources, word).length === 0);

/** Pods are asked for most and take longest: what is needed to read them is small and comes before them. */
const askedFirst = ["/Namespace", "/Node", "/Pod", "apps/Deployment", "/Service"];

function rankOf(resource: Resource): number {
  const rank = askedFirst.indexOf(kindName(resource));
  return rank < 0 ? askedFirst.length : rank;
}
