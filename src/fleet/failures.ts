import { HeddleError, nearestWord, UsageError } from "../base/index.ts";
import { type ClusterId, type ClusterInfo } from "../model/index.ts";

/** Two entries of a fleet are one cluster; the later one says so. */
export const repeatedCluster = (id: ClusterId, owner: ClusterId): HeddleError =>
  new HeddleError(
    `${id} reaches the same cluster as ${owner} (its kube-system namespace has the same uid): remove one of the two`,
    { code: "HEDDLE_FLEET_REPEATED", details: { owner } },
  );

export const connectTimedOut = ({ server, id }: ClusterInfo, limitMs: number): HeddleError =>
  new HeddleError(`${server || id} did not answer within ${limitMs / 1000} s`, {
    code: "HEDDLE_CLUSTER_TIMEOUT",
    retryable: true,
  });

export const fleetClosed = (): HeddleError => new HeddleError("the fleet was closed", { code: "HEDDLE_FLEET_CLOSED" });

export const removedCluster = (id: ClusterId): HeddleError =>
  new HeddleError(`${id} was removed from the fleet`, { code: "HEDDLE_FLEET_CLUSTER_REMOVED" });

export const clusterExists = (id: ClusterId, { origin }: Readonly<{ origin: string }>): UsageError =>
  new UsageError(`there is a cluster "${id}" already: ${origin}; remove it first, or give the new one another id`, {
    code: "HEDDLE_FLEET_CLUSTER_EXISTS",
  });

export function unknownCluster(id: string, known: readonly string[]): UsageError {
  const near = nearestWord(id, known);
  const listed = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
  const advice = near === undefined ? listed : `did you mean "${near}"?`;
  return new UsageError(`there is no cluster "${id}"; ${advice}`, { code: "HEDDLE_FLEET_UNKNOWN_CLUSTER" });
}
