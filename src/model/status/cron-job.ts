import { jsonAt, listAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { type Status } from "./status.ts";

/** A cron job is "Scheduled", "Active" while a job of it runs, or "Suspended". */
export function cronJobStatus(cronJob: KubeObject): Status {
  const active = listAt(cronJob, "status", "active").length;
  if (jsonAt(cronJob, "spec", "suspend") === true)
    return { word: "Suspended", reason: "starts no jobs until it is resumed", healthy: true };
  if (active === 0) return { word: "Scheduled", reason: "", healthy: true };
  return { word: "Active", reason: active === 1 ? "1 job runs" : `${active} jobs run`, healthy: true };
}
