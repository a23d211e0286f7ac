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

/** `relations` as the store has them. */
export type TakerOptions = Readonly<{ relations: boolean }>;

/** What of an object depends on its kind. */
export const isPod = ({ group, kind }: Pick<Resource, "group" | "kind">): boolean => group === "" && kind === "Pod";
