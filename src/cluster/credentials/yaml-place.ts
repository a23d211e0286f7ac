import { type Document, isAlias, isMap, isNode, isScalar, isSeq } from "yaml";

/** Keys and indexes from the top of a document. */
export type DocumentPath = readonly (string | number)[];

/** Where a path ends in the text of a document, as offsets. */
export type YamlPlace = Readonly<{
  /** The value's node. */
  node: unknown;
  /** Of the key, or of the item of a list. */
  keyOffset: number;
  /** Of the value; of its key where it has none. */
  valueOffset: number;
  /** False when the document ends before the path does: then this is the nearest ancestor that it has. */
  complete: boolean;
}>;

/** Follows a path as far as the document goes, through aliases; of a repeated key the last one counts. */
export function placeInYaml(document: Document, path: DocumentPath): YamlPlace {
  const start = startOf(document.contents) ?? 0;
  let place: YamlPlace = { node: document.contents, keyOffset: start, valueOffset: start, complete: true };
  for (const part of path) {
    const next = step(isAlias(place.node) ? place.node.resolve(document) : place.node, part);
    if (next === undefined) return { ...place, complete: false };
    place = next;
  }
  return place;
}

function step(node: unknown, part: string | number): YamlPlace | undefined {
  if (isSeq(node) && typeof part === "number") {
    const item = node.items[part];
    const offset = startOf(item) ?? 0;
    return item === undefined ? undefined : { node: item, keyOffset: offset, valueOffset: offset, complete: true };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(part));
  if (pair === undefined) return undefined;
  const keyOffset = startOf(pair.key) ?? 0;
  return { node: pair.value, keyOffset, valueOffset: startOf(pair.value) ?? keyOffset, complete: true };
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
