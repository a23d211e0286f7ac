import { UsageError } from "../../base/index.ts";
import { isJsonObject, type JsonValue } from "../../model/index.ts";
import { parseConfigDocument } from "./document.ts";
import { type Environment } from "./environment.ts";
import { findProblems } from "./problems.ts";

/**
 * Checks one cluster by itself, under the keys that a configuration file has, and gives its id. Fails with a UsageError
 * HEDDLE_CONFIG_INVALID that tells every problem by its key; a token is never told.
 */
export function checkClusterEntry(entry: JsonValue, env: Environment): string {
  const document = parseConfigDocument(JSON.stringify({ clusters: [entry] }), env);
  const problems = findProblems(document).map(({ key, message }) => ({
    key: key.replace(/^clusters\[0\]\.?/, ""),
    message,
  }));
  const id = isJsonObject(entry) ? entry["id"] : undefined;
  if (problems.length === 0 && typeof id === "string") return id;
  const lines = problems.map(({ key, message }) => (key === "" ? `  ${message}` : `  ${key}: ${message}`));
  const count = problems.length === 1 ? "an error" : `${problems.length} errors`;
  throw new UsageError(`the cluster has ${count}:\n${lines.join("\n")}`, {
    code: "HEDDLE_CONFIG_INVALID",
    details: { problems },
  });
}
