import { type KubeObject, objectAt, stringAt } from "../../model/index.ts";
import { type Describer } from "./describer.ts";
import { field, type Field, group, optional } from "./field.ts";
import { identity, labelsAndAnnotations } from "./metadata.ts";

/** A secret: the names and sizes of its values, never the values. */
export const describeSecret: Describer = async (secret, { cluster, kept }) => [
  ...identity(secret, cluster),
  ...labelsAndAnnotations(secret),
  ...optional("Type", stringAt(secret, "type")),
  kept ? field("Data", "<not kept by the server: --live tells names and sizes>") : group("Data", sizes(secret, "data")),
];

/** A config map: its texts, and the sizes of what is no text. */
export const describeConfigMap: Describer = async (map, { cluster }) => [
  ...identity(map, cluster),
  ...labelsAndAnnotations(map),
  group(
    "Data",
    inOrder(map, "data").map(([key, text]) => field(key, { block: text.trimEnd().split("\n") })),
  ),
  group("BinaryData", sizes(map, "binaryData")),
];

const inOrder = (object: KubeObject, key: string): readonly (readonly [string, string])[] =>
  Object.entries(objectAt(object, key))
    .map(([name, text]) => [name, String(text ?? "")] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

const sizes = (object: KubeObject, key: string): readonly Field[] =>
  inOrder(object, key).map(([name, text]) => field(name, `${Buffer.from(text, "base64").length} bytes`));
