import { stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionsOf, wordsOf } from "./conditions.ts";
import { type Status } from "./status.ts";

/** "Active", or "Terminating" with what stands in the way of its end. */
export function namespaceStatus(namespace: KubeObject): Status {
  const word = stringAt(namespace, "status", "phase") ?? "";
  if (word !== "Terminating") return { word, reason: "", healthy: word === "Active" || "progressing" };
  const obstacles = conditionsOf(namespace).filter(({ status }) => status === "True");
  const failed = obstacles.find(({ type }) => type.endsWith("Failure"));
  const reason = failed === undefined ? obstacles.map(wordsOf).join("; ") : wordsOf(failed);
  return { word, reason, healthy: failed === undefined ? "progressing" : false };
}
