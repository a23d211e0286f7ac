import { HeddleError, nearestWord } from "../../base/index.ts";
import { matchAmong } from "../../cluster/index.ts";
import { type KindRef, type ObjectName } from "../../inventory/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { type Engine } from "../engine.ts";
import { type ObjectQuery } from "./model.ts";

/** The ids as they are known; all where none is given. Fails with HEDDLE_FLEET_UNKNOWN_CLUSTER and the near word. */
export function findClusters({ fleet }: Pick<Engine, "fleet">, asked?: readonly string[]): readonly ClusterId[] {
  const ids = fleet.clusters().map(({ id }) => id);
  if (asked === undefined) return ids;
  return asked.map((word) => {
    const id = ids.find((known) => known === word);
    if (id !== undefined) return id;
    throw new HeddleError(`there is no cluster "${word}"${hint(word, ids)}`, { code: "HEDDLE_FLEET_UNKNOWN_CLUSTER" });
  });
}

/** What a word means in any of these clusters. Fails with HEDDLE_CLUSTER_UNKNOWN_KIND and the near word. */
export function findKinds(
  { store }: Pick<Engine, "store">,
  clusters: readonly ClusterId[],
  word: string,
): readonly KindRef[] {
  const known = clusters.map((cluster) => store.kinds(cluster).map(({ resource }) => resource));
  const found = known.flatMap((resources) => matchAmong(resources, word));
  const kinds = new Map(found.map(({ group, kind }) => [`${group}/${kind}`, { group, kind }]));
  if (kinds.size > 0) return [...kinds.values()];
  const near = hint(word, new Set(known.flat().map(({ plural }) => plural)));
  throw new HeddleError(`no cluster has a kind "${word}" that is followed${near}`, {
    code: "HEDDLE_CLUSTER_UNKNOWN_KIND",
  });
}

/** The object's full name; undefined when the store has none. Fails as `findClusters` and `findKinds`. */
export function findObject(
  engine: Pick<Engine, "fleet" | "store">,
  { cluster: word, kind, namespace, name }: ObjectQuery,
): ObjectName | undefined {
  const clusters = findClusters(engine, [word]);
  const kinds = findKinds(engine, clusters, kind);
  const places = namespace === undefined ? [{}] : [{ namespace }, {}];
  const names = clusters.flatMap((cluster) =>
    kinds.flatMap((ref) => places.map((place) => ({ cluster, ...ref, ...place, name }))),
  );
  return names.find((one) => engine.store.get(one) !== undefined);
}

function hint(word: string, known: Iterable<string>): string {
  const near = nearestWord(word, known);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}
