import { type Facts } from "../table/facts.ts";
import { type EncodedText, type SharedReference } from "../text/encoder.ts";
import { type CommonFacts } from "./model.ts";
import { type PackedObject, type PackedObjects } from "./packed.ts";

/** A text as an encoder left it: the first `size` of the bytes are it. */
export type TextToPack = EncodedText & Readonly<{ size: number }>;

/** Objects gathered into one text and one block of bytes, batch after batch. */
export type Packer = Readonly<{
  /** The text's bytes are copied. */
  add(facts: Facts, text: TextToPack): void;
  /** About how many bytes the batch has by now. */
  size(): number;
  /** The batch, and the beginning of the next. */
  finish(): Readonly<{ packed: PackedObjects; texts: Buffer<ArrayBuffer> }>;
}>;

/** Of what an object is besides its text. */
const ownBytes = 160;

/**
 * Pure but for what it remembers: what it told once it names by a number from then on. Packers may share an output as
 * long as each finishes before the next adds.
 */
export function createPacker(out: Output = createOutput()): Packer {
  const commons = createNumbers();
  const numbers = new Map<SharedReference, number>();
  let common: CommonFacts[] = [];
  let newReferences: SharedReference[] = [];
  let objects: PackedObject[] = [];
  let size = 0;

  const referenceNumber = (reference: SharedReference | undefined): number => {
    if (reference === undefined) return 0;
    const known = numbers.get(reference);
    if (known !== undefined) return known;
    numbers.set(reference, numbers.size + 1);
    newReferences.push(reference);
    size += reference.bytes.length;
    return numbers.size;
  };
  return {
    add(facts, text) {
      out.write(text.bytes, text.size);
      size += text.size + ownBytes;
      const shared = commons.of(commonOf(facts), common);
      const { name, uid, resourceVersion, createdAt, node } = facts;
      const reference = referenceNumber(text.reference);
      const { jsonSize, textSize } = text;
      objects.push([name, uid, resourceVersion, createdAt, node, shared, jsonSize, textSize, text.size, reference]);
    },
    size: () => size,
    finish() {
      const references = newReferences.map(({ key, bytes }) => [key, bytes.length] as const);
      const packed: PackedObjects = { common, references, objects };
      const texts = out.behind(newReferences.map(({ bytes }) => bytes));
      [common, newReferences, objects, size] = [[], [], [], 0];
      out.clear();
      return { packed, texts };
    },
  };
}

/** What of an object others have alike. Written out: in this order it is the key that equal ones are known by. */
export const commonOf = (facts: Facts): CommonFacts => ({
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
  behind(parts: readonly Buffer[]): Buffer<ArrayBuffer>;
}>;

export function createOutput(): Output {
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
    behind(parts: readonly Buffer[]): Buffer<ArrayBuffer> {
      const before = parts.reduce((sum, part) => sum + part.length, 0);
      const whole = Buffer.allocUnsafeSlow(before + length);
      let at = 0;
      for (const part of parts) at += part.copy(whole, at);
      buffer.copy(whole, at, 0, length);
      return whole;
    },
  };
}
