import { HeddleError, nearestWord } from "../../base/index.ts";
import { resourceName, type Resource } from "../../model/index.ts";

/** Short names below this length resemble every other: no good advice. */
const leastAdvisedLength = 3;

/** What to say when nothing matches: the nearest word, and which groups could not be asked. */
export function unknownKind(
  kind: string,
  { resources, failedGroups }: Readonly<{ resources: readonly Resource[]; failedGroups: readonly string[] }>,
): HeddleError {
  const nearest = nearestWord(kind, kind.includes(".") ? resources.map(resourceName) : wordsOf(resources));
  const missing = failedGroups.length === 0 ? "" : `; not all groups answered (${failedGroups.join(", ")})`;
  const advice = nearest === undefined ? "`heddle api-resources` lists what it serves" : `did you mean "${nearest}"?`;
  return new HeddleError(`the API server serves no kind "${kind}"${missing}: ${advice}`, {
    code: "HEDDLE_CLUSTER_UNKNOWN_KIND",
    retryable: failedGroups.length > 0,
    details: { kind, failedGroups, ...(nearest === undefined ? {} : { nearest }) },
  });
}

/** Plurals first: of words equally near, the first is advised. */
const wordsOf = (resources: readonly Resource[]): readonly string[] => [
  ...resources.map(({ plural }) => plural),
  ...resources.map(({ singular }) => singular),
  ...resources.map(({ kind }) => kind.toLowerCase()),
  ...resources.flatMap(({ categories }) => categories),
  ...resources.flatMap(({ shortNames }) => shortNames).filter((name) => name.length >= leastAdvisedLength),
];
