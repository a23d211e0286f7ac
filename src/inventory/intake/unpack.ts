import { type Facts } from "../table/facts.ts";
import { type SharedReference } from "../text/encoder.ts";
import { type CommonFacts, type TakenBatch, type TakenObject } from "./model.ts";
import { type PackedBatch, type PackedHead, type PackedObject } from "./packed.ts";

/** `bytes`: how much of the lines the objects were. */
export type Unpacked = Readonly<{ batch: TakenBatch; bytes: number }>;

/** Reads what one packer packed, in its order: it remembers what the packer told once. */
export function createUnpacker(): (packed: PackedBatch) => Unpacked {
  const commons: CommonFacts[] = [];
  const references: SharedReference[] = [];

  return (packed) => {
    const head = JSON.parse(packed.head) as PackedHead;
    const { buffer, byteOffset, byteLength } = packed.texts;
    const texts = Buffer.from(buffer, byteOffset, byteLength);
    let at = 0;
    const next = (size: number): Buffer => texts.subarray(at, (at += size));
    for (const shared of head.common) commons.push(shared);
    // A copy: a view would hold the texts of the whole batch.
    for (const [key, size] of head.references) references.push({ key, bytes: Buffer.from(next(size)) });
    const taken = (packedObject: PackedObject): TakenObject => {
      const [name, uid, resourceVersion, createdAt, node, number, jsonSize, textSize, size, reference] = packedObject;
      const common = commons[number];
      if (common === undefined) throw new RangeError(`facts ${number} were never told`);
      const text = { bytes: next(size), jsonSize, textSize, reference: references[reference - 1] };
      const { namespace } = common;
      const facts = factsFrom(common, { name, uid, resourceVersion, createdAt, node });
      return { uid: uid || `${namespace}/${name}`, namespace, name, resourceVersion, facts, common, text };
    };
    return { batch: { objects: head.objects.map(taken) }, bytes: head.taken };
  };
}

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
