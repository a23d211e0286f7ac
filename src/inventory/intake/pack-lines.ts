import { isJsonObject, type JsonObject, type JsonValue, type KubeObject } from "../../model/index.ts";
import { pruneObject } from "../ingest/prune.ts";
import { factsOf, type FactsOptions } from "../table/facts.ts";
import { createTextEncoder } from "../text/encoder.ts";
import { createDeltaIndexes, createReferences, type DeltaIndexes } from "../text/references.ts";
import { allocateBuffer, createScratch, type Scratch } from "../text/scratch.ts";
import { createOutput, createPacker, type Output } from "./pack.ts";
import { type PackedBatch, type PackedHead } from "./packed.ts";

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
  const packer = createPacker(output);

  const pack = (object: KubeObject): void => {
    const pruned = pruneObject(object);
    const facts = factsOf(pruned.object, options);
    const json = JSON.stringify(pruned.object);
    const bytes = scratch.text((json.length + pruned.digest.length) * 3);
    const jsonSize = bytes.write(json, 0);
    const textSize = jsonSize + bytes.write(pruned.digest, jsonSize);
    packer.add(facts, { ...encode(facts.maker, bytes, textSize), jsonSize, textSize });
  };
  const packLines = (lines: Buffer): number => {
    let taken = 0;
    for (let end = lines.indexOf(newline); end >= 0; end = lines.indexOf(newline, taken)) {
      if (end > taken) {
        const object = addedObject(lines.toString("utf8", taken, end));
        if (object === undefined) break;
        pack(object);
      }
      taken = end + 1;
    }
    return taken;
  };
  return (lines) => {
    try {
      const taken = packLines(lines);
      const { packed, texts } = packer.finish();
      const head: PackedHead = { taken, ...packed };
      return { head: JSON.stringify(head), texts };
    } catch (error) {
      // What others share is left empty.
      packer.finish();
      throw error;
    }
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
