import { numberAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { byReplicas, replicas, unsettled, wantedReplicas } from "./roll-out.ts";
import { type Status } from "./status.ts";

/** A stateful set; with a partition only the replicas above it have to be updated, with OnDelete none. */
export function statefulSetStatus(set: KubeObject): Status {
  const early = unsettled(set);
  if (early !== undefined) return early;
  const wanted = wantedReplicas(set);
  const available = numberAt(set, "status", "availableReplicas") ?? replicas(set, "readyReplicas");
  if (stringAt(set, "spec", "updateStrategy", "type") === "OnDelete" || available < wanted)
    return byReplicas({ wanted, existing: wanted, updated: wanted, available });
  const partition = numberAt(set, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const settled = stringAt(set, "status", "updateRevision") === stringAt(set, "status", "currentRevision");
  const updated = settled ? wanted : Math.min(wanted, replicas(set, "updatedReplicas") + partition);
  return byReplicas({ wanted, existing: updated, updated, available });
}
