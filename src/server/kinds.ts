import { nearestWord } from "../base/index.ts";
import { matchAmong } from "../cluster/index.ts";
import { type KindRef, type Store } from "../inventory/index.ts";
import { type ClusterId, type ClusterInfo, type Resource } from "../model/index.ts";
import { ServerError } from "./failures.ts";

/** The kinds of one cluster that the store holds. */
export const heldResources = (store: Pick<Store, "kinds">, cluster: ClusterId): readonly Resource[] =>
  store.kinds(cluster).map(({ resource }) => resource);

/**
 * What a word ("po", "deployments.apps", "all") means in any of these clusters. Fails with HEDDLE_CLUSTER_UNKNOWN_KIND
 * and the near word when none of them holds such a kind, and with HEDDLE_SERVER_NOTHING_KEPT when nothing of them is.
 */
export function findKinds(
  store: Pick<Store, "kinds">,
  clusters: readonly ClusterId[],
  word: string,
): readonly KindRef[] {
  const known = clusters.map((cluster) => heldResources(store, cluster));
  const found = known.flatMap((resources) => matchAmong(resources, word));
  if (found.length > 0) return distinct(found);
  if (known.every((resources) => resources.length === 0))
    throw new ServerError(
      503,
      "HEDDLE_SERVER_NOTHING_KEPT",
      `nothing is kept of ${clusters.join(", ")}: either no kind was listed yet, or \`enable_cache\` is false in the configuration`,
    );
  const words = [...new Set(known.flat().flatMap(({ plural, singular }) => [plural, singular]))];
  const near = nearestWord(word.toLowerCase(), words);
  throw new ServerError(
    404,
    "HEDDLE_CLUSTER_UNKNOWN_KIND",
    `no cluster that was asked holds a kind "${word}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
  );
}

const distinct = (resources: readonly Resource[]): readonly KindRef[] => [
  ...new Map(resources.map(({ group, kind }) => [`${group}/${kind}`, { group, kind }])).values(),
];

/** The ids as they are known; all where none is given. Fails with HEDDLE_FLEET_UNKNOWN_CLUSTER and the near word. */
export function findClusters(
  known: readonly ClusterInfo[],
  asked: readonly string[] | undefined,
): readonly ClusterId[] {
  const ids = known.map(({ id }) => id);
  if (asked === undefined) return ids;
  return asked.map((word) => {
    const id = ids.find((id) => id === word);
    if (id !== undefined) return id;
    const near = nearestWord(word, ids);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw new ServerError(404, "HEDDLE_FLEET_UNKNOWN_CLUSTER", `there is no cluster "${word}"${hint}`);
  });
}
