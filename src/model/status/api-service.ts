import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { type Status } from "./status.ts";

/** An API service in kubectl's words: "True", or "False (MissingEndpoints)". */
export function apiServiceStatus(apiService: KubeObject): Status {
  const available = conditionOf(apiService, "Available");
  if (available === undefined) return { word: "Unknown", reason: "not checked yet", healthy: "progressing" };
  if (available.status === "True") return { word: "True", reason: "", healthy: true };
  const why = available.reason === "" ? "" : ` (${available.reason})`;
  return { word: `${available.status}${why}`, reason: wordsOf(available), healthy: false };
}
