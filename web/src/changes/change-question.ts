import { manyOf, oneOf, type UrlSearch } from "../app/url-search.ts";

/** A filter as GraphQL takes it of changes. */
export type ChangeFilter = Readonly<
  Partial<{
    kinds: readonly string[];
    clusters: readonly string[];
    namespaces: readonly string[];
    names: readonly string[];
    labelSelector: string;
  }>
>;

/** Which changes are asked for. `types` are looked at here, for the server tells all of them. */
export type ChangeQuestion = Readonly<{ filter: ChangeFilter; types: readonly string[] }>;

/** What an address asks for. Pure. */
export function changeQuestionOf(search: UrlSearch): ChangeQuestion {
  const [kinds, clusters, namespaces] = [
    manyOf(search["kind"]),
    manyOf(search["cluster"]),
    manyOf(search["namespace"]),
  ];
  const [name, labelSelector] = [oneOf(search["name"]), oneOf(search["labels"])];
  return {
    types: manyOf(search["type"]),
    filter: {
      ...(kinds.length > 0 && { kinds }),
      ...(clusters.length > 0 && { clusters }),
      ...(namespaces.length > 0 && { namespaces }),
      ...(name !== undefined && { names: [name] }),
      ...(labelSelector !== undefined && { labelSelector }),
    },
  };
}
