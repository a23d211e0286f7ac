import { stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { terminating } from "./generic.ts";
import { type Status } from "./status.ts";

/** A volume: "Available", "Bound", "Released", "Pending", "Failed" or "Terminating". */
export function persistentVolumeStatus(volume: KubeObject): Status {
  const ending = terminating(volume);
  if (ending !== undefined) return ending;
  const word = stringAt(volume, "status", "phase") ?? "";
  const reason = stringAt(volume, "status", "message") ?? "";
  if (word === "Failed") return { word, reason, healthy: false };
  if (word === "Released")
    return { word, reason: reason || "its claim is gone; it is not free for another", healthy: true };
  return { word, reason, healthy: word === "Pending" || word === "" ? "progressing" : true };
}
