import { type JsonValue } from "../../model/index.ts";

/** YAML as kubectl writes it: keys in order, lists not indented, text of several lines as a block. */
export async function toYaml(value: JsonValue): Promise<string> {
  const { stringify } = await import("yaml");
  // Version 1.1 because that is what readers of Kubernetes files use: it quotes "yes", "1e3" and times.
  return stringify(value, {
    version: "1.1",
    sortMapEntries: true,
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}
