import { isJsonObject } from "../../model/index.ts";
import { type ConfigDocument, type KeyPath, keyText, type Problem } from "./document.ts";

/**
 * Keys that the schema knows and nothing obeys yet: refused, because a key that is accepted and ignored is a lie.
 * Deleting a line makes its key work.
 */
const notYetKeys: readonly (readonly string[])[] = [
  ["clusters", "*", "resources"],
  ["enable_cache"],
  ["cache_ttl"],
  ["enable_relationships"],
  ["resync_period"],
  ["enable_mutations"],
];

export function findNotYet(document: ConfigDocument): readonly Problem[] {
  return notYetKeys
    .flatMap((pattern) => matches(document.value, pattern))
    .map((path) => ({
      position: document.keyPosition(path),
      key: keyText(path),
      message: "not yet: comes with the live graph; leave it out until then",
    }));
}

/** Every path in `value` that the pattern describes; "*" stands for each item of a list. */
function matches(value: unknown, [part, ...rest]: readonly string[]): readonly KeyPath[] {
  if (part === undefined) return [[]];
  if (part === "*")
    return Array.isArray(value)
      ? value.flatMap((item, index) => matches(item, rest).map((path) => [index, ...path]))
      : [];
  if (!isJsonObject(value) || value[part] === undefined) return [];
  return matches(value[part], rest).map((path) => [part, ...path]);
}
