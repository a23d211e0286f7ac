import { type CountQuery } from "../../inventory/index.ts";
import { type ClusterId, unknownHealth } from "../../model/index.ts";
import { type ClusterView } from "../clusters-view.ts";
import { ServerError } from "../failures.ts";
import { findClusters, findKinds } from "../kinds.ts";
import { type ServerDeps } from "../model.ts";
import { type Views } from "./context.ts";

/** Objects a page. */
export const pageLimit = 500;

/** Arguments that may be left out, or null. */
export type Optional<T> = Readonly<{ [Key in keyof T]?: T[Key] | null | undefined }>;

/** The filter of `resources` and `resourceChanged`; null is as good as missing. */
export type FilterInput = Optional<{
  clusters: readonly string[];
  kinds: readonly string[];
  namespaces: readonly string[];
  names: readonly string[];
  uid: string;
  owner: string;
  node: string;
  status: readonly string[];
  health: readonly string[];
  search: string;
  labelSelector: string;
  fieldSelector: string;
}>;

export const invalid = (message: string): ServerError =>
  new ServerError(400, "HEDDLE_SERVER_QUESTION_INVALID", message);

/** The store's question. Words that mean nothing fail as `findClusters` and `findKinds` do. */
export function storeQueryOf(deps: Pick<ServerDeps, "fleet" | "store">, filter: FilterInput): CountQuery {
  const clusters = findClusters(deps.fleet.clusters(), filter.clusters ?? undefined);
  return {
    clusters,
    kinds: filter.kinds?.flatMap((word) => findKinds(deps.store, clusters, word)),
    namespaces: filter.namespaces ?? undefined,
    names: filter.names ?? undefined,
    uid: filter.uid ?? undefined,
    owner: filter.owner ?? undefined,
    node: filter.node ?? undefined,
    status: filter.status ?? undefined,
    health: checkHealth(filter.health ?? undefined),
    search: filter.search ?? undefined,
    labelSelector: filter.labelSelector ?? undefined,
    fieldSelector: filter.fieldSelector ?? undefined,
  };
}

const healthWords = ["healthy", "progressing", "unhealthy"];

function checkHealth(asked: readonly string[] | undefined): readonly string[] | undefined {
  const unknown = asked?.find((word) => !healthWords.includes(word));
  if (unknown === undefined) return asked;
  throw invalid(`"${unknown}" is no health: expected ${healthWords.join(", ")}`);
}

/** One cluster as `viewClusters` tells it; one that is gone by now by its id only. */
export function viewOf(views: Views, id: ClusterId): ClusterView {
  const found = views().get(id);
  if (found !== undefined) return found;
  return {
    info: { id, name: id, server: "" },
    health: unknownHealth,
    objects: 0,
    storeBytes: 0,
    freshness: undefined,
    lastSuccessAtMs: undefined,
    progress: undefined,
  };
}

export function checkLimit(limit: number, most = pageLimit): number {
  if (limit >= 1 && limit <= most) return limit;
  throw invalid(`limit must be from 1 to ${most}, not ${limit}`);
}
