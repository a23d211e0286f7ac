import { type RecordedKind } from "../../catalog/index.ts";
import { type Resource } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";

/** What is there to arrange the followers of one cluster by. */
export type Arrangeable = Readonly<{
  /** Followed now. */
  followed: readonly Resource[];
  /** To be followed. */
  wanted: readonly Resource[];
  /** Everything that is served, wanted or not. */
  served: readonly Resource[];
  /** Groups that do not answer: what is missing of them may be there. */
  failedGroups: readonly string[];
  /** Known to the catalog. */
  recorded: readonly RecordedKind[];
}>;

export type Arrangement = Readonly<{
  start: readonly Resource[];
  /** Served in another version now: the follower ends, and another starts. */
  replace: readonly Resource[];
  /** No longer served: its objects are gone. */
  retire: readonly Resource[];
  /** Served and not wanted: it is forgotten. */
  abandon: readonly Resource[];
}>;

/** From what is followed to what should be. Pure. A kind whose group does not answer stays as it is. */
export function arrangeKinds({ followed, wanted, served, failedGroups, recorded }: Arrangeable): Arrangement {
  const [wantedBy, followedBy, isServed] = [byName(wanted), byName(followed), new Set(served.map(kindName))];
  const known = [...followed, ...recorded.filter((kind) => !followedBy.has(kindName(kind))).map(asResource)];
  const unwanted = known.filter((kind) => !wantedBy.has(kindName(kind)));
  const replaced = wanted.filter((resource) => isOther(followedBy.get(kindName(resource)), resource));
  return {
    start: wanted.filter((resource) => !followedBy.has(kindName(resource))),
    replace: replaced,
    retire: unwanted.filter((kind) => !isServed.has(kindName(kind)) && !failedGroups.includes(kind.group)),
    abandon: unwanted.filter((kind) => isServed.has(kindName(kind))),
  };
}

const byName = (resources: readonly Resource[]): ReadonlyMap<string, Resource> =>
  new Map(resources.map((resource) => [kindName(resource), resource]));

/** What a follower asks by, is not the same any more. */
const isOther = (before: Resource | undefined, now: Resource): boolean =>
  before !== undefined &&
  (before.version !== now.version || before.plural !== now.plural || before.namespaced !== now.namespaced);

/** What is known of a kind that is not served: enough to name its objects. */
const asResource = (kind: RecordedKind): Resource => ({
  ...kind,
  singular: "",
  verbs: [],
  shortNames: [],
  categories: [],
  subresources: [],
});
