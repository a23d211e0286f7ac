import { isHeddleError, UsageError } from "../../base/index.ts";
import { apiVersionOf, type KubeObject, type Resource } from "../../model/index.ts";
import { type ApiClient, type QueryValue } from "../api-client.ts";
import { type ListPage, type ListQuery } from "../model.ts";
import { asPage } from "./answer.ts";
import { withoutManagedFields } from "./managed-fields.ts";
import { listPath } from "./target.ts";

/** Objects a page where the query does not say: as kubectl and client-go. */
const defaultPageSize = 500;

/** Servers without it (a few aggregated ones) answer with whole objects. */
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** A PartialObjectMetadata speaks of another kind than its own. */
const metadataOf = ({ metadata }: KubeObject, resource: Resource): KubeObject => ({
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
  metadata,
});

/**
 * Page after page, as the server gives them. All pages are of one resourceVersion. When the continue token expires
 * between two pages (410, after the server has compacted), fails with HEDDLE_CLUSTER_GONE: what was handed out is of
 * a moment that the server no longer knows. The server's offer to continue with a later state (an "inconsistent"
 * token) is not taken: changes in between to objects on earlier pages would never be told.
 */
export async function* listPages(api: ApiClient, resource: Resource, query: ListQuery): AsyncGenerator<ListPage> {
  const path = listPath(resource, query.namespace);
  const first = firstQuery(query);
  let next: Readonly<Record<string, QueryValue>> | undefined = first;
  while (next !== undefined) {
    const request = { path, query: next, signal: query.signal, ...(query.brief && { rewrite: withoutManagedFields }) };
    const answer = await api.json(query.metadataOnly ? { ...request, accept: metadataOnly } : request);
    const { continueToken, ...page } = asPage(answer, resource);
    yield query.metadataOnly ? { ...page, objects: page.objects.map((object) => metadataOf(object, resource)) } : page;
    // A continued list takes its resourceVersion from the token: the server refuses both together.
    next =
      continueToken === undefined
        ? undefined
        : { ...first, resourceVersion: undefined, resourceVersionMatch: undefined, continue: continueToken };
  }
}

/**
 * All pages as one. When the continue token expires midway it starts over, once, with everything in one page: that
 * cannot expire, however fast the server compacts.
 */
export async function listAll(api: ApiClient, resource: Resource, query: ListQuery): Promise<ListPage> {
  try {
    return await collect(listPages(api, resource, query));
  } catch (error) {
    // An Exact resourceVersion that is gone stays gone.
    if (!isHeddleError(error, "HEDDLE_CLUSTER_GONE") || query.resourceVersionMatch === "Exact") throw error;
    return collect(listPages(api, resource, { ...query, pageSize: 0 }));
  }
}

async function collect(pages: AsyncIterable<ListPage>): Promise<ListPage> {
  const parts: (readonly KubeObject[])[] = [];
  let resourceVersion = "";
  for await (const page of pages) {
    parts.push(page.objects);
    resourceVersion = page.resourceVersion;
  }
  return { objects: parts.length === 1 ? (parts[0] ?? []) : parts.flat(), resourceVersion };
}

function firstQuery(query: ListQuery): Readonly<Record<string, QueryValue>> {
  const { pageSize = defaultPageSize } = query;
  if (!Number.isInteger(pageSize) || pageSize < 0)
    throw new UsageError(`a page of ${pageSize} objects: expected a whole number, 0 for a single page`);
  return { ...selectors(query), limit: pageSize === 0 ? undefined : pageSize };
}

/** Empty selectors select everything, as if they were not there. */
const selectors = (query: ListQuery): Readonly<Record<string, QueryValue>> => ({
  labelSelector: query.labelSelector || undefined,
  fieldSelector: query.fieldSelector || undefined,
  resourceVersion: query.resourceVersion,
  resourceVersionMatch: query.resourceVersionMatch,
});
