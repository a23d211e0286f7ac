import { jsonAt, listAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { type Status } from "./status.ts";

/** A claim of devices in kubectl's words: "pending", "allocated,reserved", "deleted,allocated". */
export function resourceClaimStatus(claim: KubeObject): Status {
  const deleted = claim.metadata.deletionTimestamp !== undefined;
  const status = claim["status"];
  const allocated = jsonAt(status, "allocation") !== undefined;
  const words = [
    ...(deleted ? ["deleted"] : []),
    ...(allocated ? ["allocated"] : deleted ? [] : ["pending"]),
    ...(allocated && listAt(status, "reservedFor").length > 0 ? ["reserved"] : []),
  ];
  return { word: words.join(","), reason: "", healthy: allocated && !deleted ? true : "progressing" };
}
