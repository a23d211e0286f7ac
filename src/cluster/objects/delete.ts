import { anySignal, isHeddleError, UsageError } from "../../base/index.ts";
import { type JsonObject, type JsonValue, type Resource, stringAt } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type DeleteOptions, type ListQuery } from "../model.ts";
import { collectionPath, type NamedTarget, objectPath } from "./target.ts";

/** Longer than an API server works on one request (60 s): its answer, not our patience, ends a long deletion. */
const collectionTimeoutMs = 75_000;

/**
 * DELETE of one object; undefined when the server says that this very object does not exist. Another 404 (a kind that
 * is not served, a proxy that knows no such path) stays an error: nothing is known of the object then.
 */
export async function deleteObject(
  api: ApiClient,
  { resource, target }: Readonly<{ resource: Resource; target: NamedTarget }>,
  options: DeleteOptions,
): Promise<JsonObject | undefined> {
  try {
    return await api.json({
      method: "DELETE",
      path: objectPath(resource, target),
      body: deleteBody(options),
      signal: options.signal,
    });
  } catch (error) {
    if (isGone(error, target.name)) return undefined;
    throw error;
  }
}

function isGone(error: unknown, name: string): boolean {
  if (!isHeddleError(error, "HEDDLE_CLUSTER_NOT_FOUND")) return false;
  return stringAt(error.details["status"] as JsonValue | undefined, "details", "name") === name;
}

/**
 * DELETE of every object that the selectors choose, in one namespace where the kind has them (the API has no way to do
 * it in all). An empty selector is refused: it would choose everything, which is said by leaving it out.
 */
export async function deleteObjects(
  api: ApiClient,
  { resource, query }: Readonly<{ resource: Resource; query: ListQuery }>,
  options: DeleteOptions,
): Promise<void> {
  const { labelSelector, fieldSelector, namespace } = query;
  if (labelSelector === "" || fieldSelector === "")
    throw new UsageError("an empty selector would delete everything: leave it out if that is meant");
  await api.json({
    method: "DELETE",
    path: collectionPath(resource, namespace),
    query: { labelSelector, fieldSelector },
    body: deleteBody(options),
    signal: anySignal(options.signal, query.signal),
    timeoutMs: collectionTimeoutMs,
  });
}

/** meta/v1 DeleteOptions: the body rather than the query, which cannot carry preconditions. */
export const deleteBody = (options: DeleteOptions): JsonObject => ({
  apiVersion: "v1",
  kind: "DeleteOptions",
  ...(options.propagation !== undefined && { propagationPolicy: options.propagation }),
  ...(options.gracePeriodSeconds !== undefined && { gracePeriodSeconds: options.gracePeriodSeconds }),
  ...(options.preconditions !== undefined && { preconditions: options.preconditions }),
  ...(options.dryRun === true && { dryRun: ["All"] }),
});
