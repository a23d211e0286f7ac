import { type JsonObject } from "../../model/index.ts";

/** One end of a relation: an object, or the name of one that does not exist (yet). */
export type TreeEnd = Readonly<{
  group: string;
  kind: string;
  namespace?: string;
  name: string;
  missing: boolean;
  /** As the server told them: status, health, ready and what else the kind has. */
  attributes: JsonObject;
}>;

/** "`from` `type` `to`", and why, in words. */
export type Edge = Readonly<{ type: string; because: string; from: TreeEnd; to: TreeEnd }>;

/** A line of the tree and what hangs on it. */
export type TreeNode = Readonly<{
  /** How it belongs to the one above, in words; "" where that one owns it. */
  words: string;
  /** The relation as it is called, and whether this end is its beginning. */
  relation?: Readonly<{ type: string; direction: "out" | "in"; because: string }>;
  end: TreeEnd;
  /** What hangs on it is drawn elsewhere. */
  repeated: boolean;
  children: readonly TreeNode[];
}>;

/** Tells ends apart within one cluster. */
export const endKey = ({ group, kind, namespace, name }: TreeEnd): string =>
  `${group}/${kind}/${namespace ?? ""}/${name}`;
