import { isJsonObject, type JsonObject, type JsonValue, type KubeObject } from "../../model/index.ts";
import { pruneObject } from "../ingest/prune.ts";
import { type Facts, factsOf, type FactsOptions } from "../table/facts.ts";
import { createTextEncoder } from "../text/encoder.ts";
import { createDeltaIndexes, createReferences, type DeltaIndexes, type Reference } from "../text/references.ts";
import { allocateBuffer, createScratch, type Scratch } from "../text/scratch.ts";
import { type CommonFacts } from "./model.ts";
import { type PackedBatch, type PackedHead, type PackedObject } from "./packed.ts";

/** Whole lines of a watch, each with its newline, into the objects of the leading ADDED events. */
export type LinePacker = (lines: Buffer) => PackedBatch;

/** What the packers of many lists share, for they work one after the other: most lists are short. */
export type PackerDeps = Readonly<{ indexes: DeltaIndexes; scratch: Scratch; output: Output }>;

const newline = 10;

/**
 * Pure but for what it remembers: what it told once it names by a number from then on. It stops before the first line
 * that is not plainly an object that was added: what that is, and what is wrong with it, the follower tells.
 */
export function createLinePacker(options: FactsOptions, deps: PackerDeps = newPackerDeps()): LinePacker {
  const { indexes, scratch, output } = deps;
  const references = createReferences(allocateBuffer);
  const encode = createTextEncoder({ references, indexes, scratch });
  const commons = createNumbers();
  const numbers = new Map<Reference, number>();

  return (lines) => {
    const common: CommonFacts[] = [];
    const newReferences: Reference[] = [];
    const objects: PackedObject[] = [];
    const referenceNumber = (reference: Reference | undefined): number => {
      if (reference === undefined) return 0;
      const known = numbers.get(reference) ?? numbers.size + 1;
      if (known <= numbers.size) return known;
      numbers.set(reference, known);
      // Nobody lets go of it here.
      reference.users += 1;
      newReferences.push(reference);
      return known;
    };
    const pack = (object: KubeObject): PackedObject => {
      const pruned = pruneObject(object);
      const facts = factsOf(pruned.object, options);
      const json = JSON.stringify(pruned.object);
      const bytes = scratch.text((json.length + pruned.digest.length) * 3);
      const jsonSize = bytes.write(json, 0);
      const textSize = jsonSize + bytes.write(pruned.digest, jsonSize);
      const encoded = encode(facts.maker, bytes, textSize);
      output.write(encoded.bytes, encoded.size);
      const shared = commons.of(commonOf(facts), common);
      const { name, uid, resourceVersion, createdAt, node } = facts;
      const reference = referenceNumber(encoded.reference);
      return [name, uid, resourceVersion, createdAt, node, shared, jsonSize, textSize, encoded.size, reference];
    };
    let taken = 0;
    output.clear();
    for (let end = lines.indexOf(newline); end >= 0; end = lines.indexOf(newline, taken)) {
      if (end > taken) {
        const object = addedObject(lines.toString("utf8", taken, end));
        if (object === undefined) break;
        objects.push(pack(object));
      }
      taken = end + 1;
    }
    const told = newReferences.map(({ key, bytes }) => [key, bytes.length] as const);
    const head: PackedHead = { taken, common, references: told, objects };
    return { head: JSON.stringify(head), texts: output.behind(newReferences.map(({ bytes }) => bytes)) };
  };
}

/** For the packers of one thread. */
export const newPackerDeps = (): PackerDeps => ({
  indexes: createDeltaIndexes(),
  scratch: createScratch(allocateBuffer),
  output: createOutput(),
});

function addedObject(line: string): KubeObject | undefined {
  let event: JsonValue;
  try {
    event = JSON.parse(line) as JsonValue;
  } catch {
    return undefined;
  }
  if (!isJsonObject(event) || event["type"] !== "ADDED") return undefined;
  const { object } = event;
  return isJsonObject(object) && isWhole(object) ? (object as unknown as KubeObject) : undefined;
}

const isWhole = ({ apiVersion, kind, metadata }: JsonObject): boolean =>
  typeof apiVersion === "string" &&
  typeof kind === "string" &&
  isJsonObject(metadata) &&
  typeof metadata["name"] === "string";

/** Written out: in this order it is the key that equal ones are known by. */
const commonOf = (facts: Facts): CommonFacts => ({
  namespace: facts.namespace,
  labels: facts.labels,
  owners: facts.owners.map(({ uid }) => ({ uid })),
  maker: facts.maker,
  ends: facts.ends.map(({ type, to }) => ({ type, to })),
  selector: facts.selector,
  word: facts.word,
  health: facts.health,
  phase: facts.phase,
});

/** So many different ones are remembered; then the rest is told with each object. */
const mostCommon = 20_000;

function createNumbers() {
  const byKey = new Map<string, number>();
  let next = 0;
  return {
    /** The number of an equal value; a new one goes into `told`. */
    of(value: CommonFacts, told: CommonFacts[]): number {
      const key = JSON.stringify(value);
      const known = byKey.get(key);
      if (known !== undefined) return known;
      told.push(value);
      if (byKey.size < mostCommon) byKey.set(key, next);
      return next++;
    },
  };
}

const firstOutput = 256 * 1024;

/** Bytes that are gathered, and given away as a copy that holds nothing else. */
export type Output = Readonly<{
  clear(): void;
  write(bytes: Buffer, size: number): void;
  behind(parts: readonly Buffer[]): Uint8Array<ArrayBuffer>;
}>;

function createOutput(): Output {
  let buffer = Buffer.allocUnsafeSlow(0);
  let length = 0;
  return {
    clear: () => void (length = 0),
    write(bytes: Buffer, size: number): void {
      if (length + size > buffer.length) {
        const grown = Buffer.allocUnsafeSlow(Math.max(firstOutput, buffer.length * 2, length + size));
        buffer.copy(grown, 0, 0, length);
        buffer = grown;
      }
      bytes.copy(buffer, length, 0, size);
      length += size;
    },
    behind(parts: readonly Buffer[]): Uint8Array<ArrayBuffer> {
      const before = parts.reduce((sum, part) => sum + part.length, 0);
      const whole = Buffer.allocUnsafeSlow(before + length);
      let at = 0;
      for (const part of parts) at += part.copy(whole, at);
      buffer.copy(whole, at, 0, length);
      return whole;
    },
  };
}
