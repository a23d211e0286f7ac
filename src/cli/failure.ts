import { type HeddleError } from "../base/index.ts";
import { type ClusterId, type ClusterInfo, isJsonObject, type JsonValue, jsonAt, stringAt } from "../model/index.ts";

/** Why one cluster could not answer. */
export type Failure = Readonly<{ cluster: ClusterId; error: HeddleError }>;

/**
 * One sentence for stderr for each different failure: the API server's own words in kubectl's form, and the clusters
 * it is true of, in the order of `clusters`.
 */
export function explainFailures(failures: readonly Failure[], clusters: readonly ClusterInfo[]): readonly string[] {
  const byWords = Map.groupBy(failures, ({ error }) => wordsOf(error));
  return [...byWords].map(([words, alike]) => {
    const failed = clusters.filter(({ id }) => alike.some(({ cluster }) => cluster === id));
    return `${words} ${naming(failed)}`;
  });
}

/** kubectl's words for a name that none of the clusters has. */
export const explainMissing = (resource: string, name: string, clusters: readonly ClusterInfo[]): string =>
  `Error from server (NotFound): ${resource} "${name}" not found ${naming(clusters)}`;

/** True when the cluster answered that an object of that name does not exist. */
export const isNotFound = ({ code }: HeddleError): boolean => code === "HEDDLE_CLUSTER_NOT_FOUND";

/** True when the cluster serves no such kind. */
export const isUnknownKind = ({ code }: HeddleError): boolean => code === "HEDDLE_CLUSTER_UNKNOWN_KIND";

/** The kinds that a category stands for, where a cluster answered that the word means several; else none. */
export function meantKinds({ code, details }: HeddleError): readonly string[] {
  const kinds = code === "HEDDLE_FLEET_SEVERAL_KINDS" ? details["kinds"] : undefined;
  return Array.isArray(kinds) ? kinds.map(String) : [];
}

/** "pods" or "deployments.apps" as the API server's Status names it; undefined where it does not. */
export function resourceInStatus(error: HeddleError): string | undefined {
  const details = jsonAt(statusIn(error), "details");
  const kind = stringAt(details, "kind");
  const group = stringAt(details, "group");
  return kind !== undefined && group ? `${kind}.${group}` : kind;
}

/** The API server's own words in kubectl's form where it answered with a Status, else the error's message. */
export function wordsOf(error: HeddleError): string {
  const status = statusIn(error);
  const reason = stringAt(status, "reason");
  const message = stringAt(status, "message");
  return reason && message ? `Error from server (${reason}): ${message}` : `error: ${error.message}`;
}

const naming = (clusters: readonly ClusterInfo[]): string =>
  `(${clusters.length === 1 ? "cluster" : "clusters"} ${clusters.map(({ id }) => id).join(", ")})`;

function statusIn(error: HeddleError): JsonValue | undefined {
  const status = error.details["status"];
  return isJsonObject(status) ? (status as JsonValue) : undefined;
}
