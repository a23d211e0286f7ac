import { type Facts } from "../table/facts.ts";
import { type SharedReference } from "../text/encoder.ts";
import { type CommonFacts, type TakenBatch, type TakenObject } from "./model.ts";
import { type PackedBatch, type PackedHead, type PackedObject, type PackedObjects } from "./packed.ts";

/** `bytes`: how much of the lines the objects were. */
export type Unpacked = Readonly<{ batch: TakenBatch; bytes: number }>;

/** Reads what one packer of lines packed, in its order: it remembers what the packer told once. */
export function createUnpacker(): (packed: PackedBatch) => Unpacked {
  const objects = createObjectsUnpacker();
  return ({ head: text, texts: { buffer, byteOffset, byteLength } }) => {
    const head = JSON.parse(text) as PackedHead;
    return { batch: { objects: objects(head, Buffer.from(buffer, byteOffset, byteLength)) }, bytes: head.taken };
  };
}

/** The same of any packer; `texts` is looked into by the answer. */
export type ObjectsUnpacker = (packed: PackedObjects, texts: Buffer) => readonly TakenObject[];

/** `share` may give the reference that it made of the same key and bytes before. */
export function createObjectsUnpacker(share = ownReference): ObjectsUnpacker {
  const commons: CommonFacts[] = [];
  const references: SharedReference[] = [];

  return (packed, texts) => {
    let at = 0;
    const next = (size: number): Buffer => texts.subarray(at, (at += size));
    for (const shared of packed.common) commons.push(shared);
    for (const [key, size] of packed.references) references.push(share(key, next(size)));
    const taken = (packedObject: PackedObject): TakenObject => {
      const [name, uid, resourceVersion, createdAt, node, number, jsonSize, textSize, size, reference] = packedObject;
      const common = commons[number];
      if (common === undefined) throw new RangeError(`facts ${number} were never told`);
      const text = { bytes: next(size), jsonSize, textSize, reference: references[reference - 1] };
      const { namespace } = common;
      const facts = factsFrom(common, { name, uid, resourceVersion, createdAt, node });
      return { uid: uid || `${namespace}/${name}`, namespace, name, resourceVersion, facts, common, text };
    };
    const objects = packed.objects.map(taken);
    if (at !== texts.length) throw new RangeError(`${texts.length} bytes of texts, where ${at} were told`);
    return objects;
  };
}

/** A copy: a view would hold the texts of the whole batch. */
export const ownReference = (key: string, bytes: Buffer): SharedReference => ({ key, bytes: Buffer.from(bytes) });

type OwnFacts = Pick<Facts, "name" | "uid" | "resourceVersion" | "createdAt" | "node">;

const factsFrom = (common: CommonFacts, own: OwnFacts): Facts => ({
  namespace: common.namespace,
  name: own.name,
  uid: own.uid,
  resourceVersion: own.resourceVersion,
  labels: common.labels,
  owners: common.owners,
  maker: common.maker,
  node: own.node,
  word: common.word,
  health: common.health,
  phase: common.phase,
  ends: common.ends,
  selector: common.selector,
  createdAt: own.createdAt,
});
