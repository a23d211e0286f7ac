import { stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { byReplicas, replicas, unsettled } from "./roll-out.ts";
import { type Status } from "./status.ts";

/** A daemon set; with OnDelete its pods need not be updated. */
export function daemonSetStatus(set: KubeObject): Status {
  const wanted = replicas(set, "desiredNumberScheduled");
  const onDelete = stringAt(set, "spec", "updateStrategy", "type") === "OnDelete";
  const updated = onDelete ? wanted : replicas(set, "updatedNumberScheduled");
  return (
    unsettled(set) ?? byReplicas({ wanted, existing: updated, updated, available: replicas(set, "numberAvailable") })
  );
}
