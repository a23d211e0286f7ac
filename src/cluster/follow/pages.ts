import { HeddleError, isHeddleError } from "../../base/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type FollowEvent, type ListPage } from "../model.ts";
import { listPages } from "../objects/list.ts";
import { type FollowContext } from "./context.ts";

/**
 * A full list, told page by page as it comes, the next page asked for while one is told; then what was not listed is
 * told as deleted, and `synced`. Answers the list's resourceVersion. All pages are of one moment: when their token
 * expires midway, the list starts over in one piece, which cannot expire.
 */
export async function* listInPages(context: FollowContext): AsyncGenerator<FollowEvent, string> {
  const { ledger, teller, tuning } = context;
  let resourceVersion = "";
  let next = pagesAhead(context, tuning.pageSize);
  ledger.beginList();
  for (;;) {
    const page = await orExpired(next());
    if (page === undefined) break;
    if (page === "expired") {
      context.log.info({}, "the pages of a list expired midway: listing again in one piece");
      next = pagesAhead(context, 0);
      ledger.beginList();
      continue;
    }
    for (const object of page.objects) ledger.present(object, "listed");
    ({ resourceVersion } = page);
    yield* teller.changes();
  }
  if (resourceVersion === "") throw withoutResourceVersion();
  ledger.endList();
  yield* teller.changes();
  yield* teller.synced(resourceVersion, "pages");
  return resourceVersion;
}

async function orExpired(page: Promise<ListPage | undefined>): Promise<ListPage | "expired" | undefined> {
  try {
    return await page;
  } catch (error) {
    if (isHeddleError(error, "HEDDLE_CLUSTER_GONE")) return "expired";
    throw error;
  }
}

/** Each call answers a page, undefined after the last, and asks for the one behind it. A size of 0: all in one. */
function pagesAhead({ api, resource, options, signal, tuning }: FollowContext, pageSize: number) {
  const { namespace, labelSelector, fieldSelector } = options;
  const timeoutMs = pageSize === 0 ? tuning.listTimeoutMs : tuning.pageTimeoutMs;
  const patient: ApiClient = { ...api, json: (request) => api.json({ ...request, timeoutMs }) };
  const pages = listPages(patient, resource, { namespace, labelSelector, fieldSelector, pageSize, signal });
  const ask = (): Promise<IteratorResult<ListPage, void>> => {
    const asked = pages.next();
    // Looked at only after the page before it was told: until then its failure is nobody's.
    asked.catch(() => {});
    return asked;
  };
  let ahead = ask();
  return async (): Promise<ListPage | undefined> => {
    const { done, value } = await ahead;
    if (done === true) return undefined;
    ahead = ask();
    return value;
  };
}

const withoutResourceVersion = (): HeddleError =>
  new HeddleError("the API server's list has no metadata.resourceVersion: expected a List of the Kubernetes API", {
    code: "HEDDLE_CLUSTER_PROTOCOL",
    retryable: true,
  });
