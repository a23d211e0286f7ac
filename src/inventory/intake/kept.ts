import { type KubeObject } from "../../model/index.ts";
import { factsFormat, factsOf, type FactsOptions } from "../table/facts.ts";
import { jsonOf, type SharedReference } from "../text/encoder.ts";
import { type KeptReader, type KeptWriter, type NameInKind, type TakenObject } from "./model.ts";
import { commonOf, createPacker } from "./pack.ts";
import { type PackedObjects } from "./packed.ts";
import { createObjectsUnpacker, type ObjectsUnpacker, ownReference } from "./unpack.ts";

/** What stands first in a block, as JSON behind its length; then come the bytes of references and texts. */
type KeptHead = PackedObjects &
  Readonly<{
    /** What the facts were made by: where that is otherwise now, they are made again. */
    format: number;
    relations: boolean;
    gone: readonly (readonly [namespace: string, name: string])[];
  }>;

const lengthBytes = 4;

export type KeptWriterOptions = Pick<FactsOptions, "relations"> &
  Readonly<{ find(name: NameInKind): Pick<TakenObject, "facts" | "text"> | undefined }>;

/** Blocks of what `find` finds when it is asked. What they share is told by the first that needs it. */
export function createKeptWriter({ relations, find }: KeptWriterOptions): KeptWriter {
  const packer = createPacker();
  let gone: NameInKind[] = [];
  let entries = 0;
  return {
    add(name) {
      entries += 1;
      const found = find(name);
      if (found === undefined) gone.push(name);
      else packer.add(found.facts, { ...found.text, size: found.text.bytes.length });
    },
    size: () => packer.size(),
    block() {
      const { packed, texts } = packer.finish();
      const names = gone.map(({ namespace, name }) => [namespace, name] as const);
      const facts: KeptHead = { format: factsFormat, relations, gone: names, ...packed };
      const head = Buffer.from(JSON.stringify(facts));
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32LE(head.length);
      const block = { bytes: Buffer.concat([length, head, texts]), entries };
      [gone, entries] = [[], 0];
      return block;
    },
  };
}

/** The latest of every object, of blocks in the order that `KeptReader` tells. */
export function createKeptReader(options: FactsOptions): KeptReader {
  const share = createShare();
  const seen = new Set<string>();
  let unpack: ObjectsUnpacker = createObjectsUnpacker(share);
  let current: number | undefined;

  return ({ section, bytes }) => {
    if (section !== current) unpack = createObjectsUnpacker(share);
    current = section;
    const start = lengthBytes + bytes.readUInt32LE();
    const head = JSON.parse(bytes.toString("utf8", lengthBytes, start)) as KeptHead;
    const objects = unpack(head, bytes.subarray(start));
    const fresh = seen.size === 0 ? objects : objects.filter((object) => !seen.has(keyOf(object)));
    // There is nothing older than the first section.
    if (section > 0) {
      for (const object of objects) seen.add(keyOf(object));
      for (const [namespace, name] of head.gone) seen.add(keyOf({ namespace, name }));
    }
    const isUnderstood = head.format === factsFormat && head.relations === options.relations;
    const isMeant = ({ resourceVersion }: TakenObject): boolean => isUnderstood && resourceVersion !== "";
    return fresh.map((object) => (isMeant(object) ? object : madeAgain(object, options)));
  };
}

const keyOf = ({ namespace, name }: NameInKind): string => `${namespace}/${name}`;

function madeAgain(object: TakenObject, options: FactsOptions): TakenObject {
  const facts = factsOf(JSON.parse(jsonOf(object.text)) as KubeObject, options);
  return { ...object, resourceVersion: facts.resourceVersion, facts, common: commonOf(facts) };
}

/** Sections tell the same references again: what is told by them shall not hold each of them. */
function createShare(): typeof ownReference {
  const known = new Map<string, SharedReference[]>();
  return (key, bytes) => {
    const alike = known.get(key) ?? [];
    const same = alike.find((reference) => reference.bytes.equals(bytes));
    if (same !== undefined) return same;
    const made = ownReference(key, bytes);
    known.set(key, [...alike, made]);
    return made;
  };
}
