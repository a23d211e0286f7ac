import { manyOf, oneOf, type UrlSearch } from "../app/url-search.ts";

/** Which resources are asked for, and in which order: what the address of the page says. */
export type Question = Readonly<{
  kind?: string;
  clusters: readonly string[];
  namespaces: readonly string[];
  status: readonly string[];
  health: readonly string[];
  labels?: string;
  search?: string;
  sort: Sort;
}>;

export type Sort = Readonly<{ by: string; descending: boolean }>;

/** A filter as GraphQL takes it. */
export type ResourceFilter = Readonly<
  Partial<{
    kinds: readonly string[];
    clusters: readonly string[];
    namespaces: readonly string[];
    status: readonly string[];
    health: readonly string[];
    labelSelector: string;
    search: string;
  }>
>;

export const usualSort: Sort = { by: "identity", descending: false };

/** Whether something but the kind narrows it. Pure. */
export const isFiltered = ({ kind: _, sort: __, ...parts }: Question): boolean =>
  Object.values(parts).some((part) => part !== undefined && part.length > 0);

/** All objects of the kind, in the same order. Pure. */
export const unfiltered = ({ kind, sort }: Question): Question => ({
  clusters: [],
  namespaces: [],
  status: [],
  health: [],
  sort,
  ...(kind !== undefined && { kind }),
});

/** What an address asks for. */
export function questionOf(search: UrlSearch): Question {
  const [kind, labels, text] = [oneOf(search["kind"]), oneOf(search["labels"]), oneOf(search["q"])];
  return {
    clusters: manyOf(search["cluster"]),
    namespaces: manyOf(search["namespace"]),
    status: manyOf(search["status"]),
    health: manyOf(search["health"]),
    sort: sortOf(oneOf(search["sort"])),
    ...(kind !== undefined && { kind }),
    ...(labels !== undefined && { labels }),
    ...(text !== undefined && { search: text }),
  };
}

/** The address that asks for it; parts that are as usual are left out. */
export function searchOf({ sort, ...question }: Question): UrlSearch {
  const written = sort.by === usualSort.by && !sort.descending ? undefined : `${sort.descending ? "-" : ""}${sort.by}`;
  return {
    kind: question.kind,
    cluster: question.clusters,
    namespace: question.namespaces,
    status: question.status,
    health: question.health,
    labels: question.labels,
    q: question.search,
    sort: written,
  };
}

const sortOf = (text: string | undefined): Sort =>
  text === undefined ? usualSort : { by: text.replace(/^-/, ""), descending: text.startsWith("-") };

/** "-age" is the other way round. */
export function filterOf(question: Question): ResourceFilter {
  const { kind, clusters, namespaces, status, health, labels, search } = question;
  return {
    ...(kind !== undefined && { kinds: [kind] }),
    ...(clusters.length > 0 && { clusters }),
    ...(namespaces.length > 0 && { namespaces }),
    ...(status.length > 0 && { status }),
    ...(health.length > 0 && { health }),
    ...(labels !== undefined && { labelSelector: labels }),
    ...(search !== undefined && { search }),
  };
}

/** The part of it that changes can be followed by; what is left, the pages are asked anew for. */
export function streamFilterOf({ kinds, clusters, namespaces, labelSelector }: ResourceFilter): ResourceFilter {
  return {
    ...(kinds !== undefined && { kinds }),
    ...(clusters !== undefined && { clusters }),
    ...(namespaces !== undefined && { namespaces }),
    ...(labelSelector !== undefined && { labelSelector }),
  };
}

/** A sort by a column: first its own direction, then the other, then the usual order again. Pure. */
export function nextSort(sort: Sort, by: string): Sort {
  if (sort.by !== by) return { by, descending: false };
  return sort.descending ? usualSort : { by, descending: true };
}
