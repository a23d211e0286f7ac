import { type KubeObject } from "../object.ts";
import { byReplicas, replicas, unsettled, wantedReplicas } from "./roll-out.ts";
import { type Status } from "./status.ts";

/** A replica set or replication controller: all its replicas are of one template. */
export function replicaSetStatus(set: KubeObject): Status {
  const existing = replicas(set, "replicas");
  const available = replicas(set, "availableReplicas");
  return unsettled(set) ?? byReplicas({ wanted: wantedReplicas(set), existing, updated: existing, available });
}
