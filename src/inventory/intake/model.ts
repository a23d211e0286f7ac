import { type KnownObject, type ListedBatch, type ListTaking } from "../../cluster/index.ts";
import { type Resource } from "../../model/index.ts";
import { type Facts } from "../table/facts.ts";
import { type EncodedText } from "../text/encoder.ts";

/** What many objects have in common, told once: one value each, so that who indexes it can know it again. */
export type CommonFacts = Pick<
  Facts,
  "namespace" | "labels" | "owners" | "maker" | "ends" | "selector" | "word" | "health" | "phase"
>;

/** One object of a first list as the store takes it: nothing of it needs to be parsed. */
export type TakenObject = KnownObject & Readonly<{ facts: Facts; common: CommonFacts; text: EncodedText }>;

/** Objects in the list's order. */
export type TakenBatch = Readonly<{ objects: readonly TakenObject[] }>;

/** A batch as it came from a `ListTaker`: a follower hands on what it was given. */
export function takenBatch(batch: ListedBatch): TakenBatch {
  const [first] = batch.objects;
  if (first !== undefined && !("text" in first)) throw new TypeError("a batch was taken in by someone else");
  return batch as TakenBatch;
}

/** Turns the bytes of first lists into what the store keeps, in this thread or beside it. Disposing ends it. */
export type ListTaker = AsyncDisposable & Readonly<{ begin(resource: Pick<Resource, "group" | "kind">): ListTaking }>;

/** An object's name within its kind; `namespace` is "" for one that has none. */
export type NameInKind = Readonly<{ namespace: string; name: string }>;

/** Puts objects of one kind, as they are then, into blocks of bytes that a `KeptReader` reads. */
export type KeptWriter = Readonly<{
  /** The object of this name, or that there is none. */
  add(name: NameInKind): void;
  /** About how many bytes the block has by now. */
  size(): number;
  /** What was added since the last, and how many. Each needs those before it to be read. */
  block(): Readonly<{ bytes: Buffer; entries: number }>;
}>;

/**
 * The objects of a block, except those of which later sections told. Sections, one for each writer, are numbered from 0
 * on as they were written, and read the latest first, the blocks of each in order. Fails when it is no such block.
 */
export type KeptReader = (block: Readonly<{ section: number; bytes: Buffer }>) => readonly TakenObject[];

/** `relations` as the store has them. */
export type TakerOptions = Readonly<{ relations: boolean }>;

/** What of an object depends on its kind. */
export const isPod = ({ group, kind }: Pick<Resource, "group" | "kind">): boolean => group === "" && kind === "Pod";
