import { type DeltaIndex, indexReference, longestReference } from "./delta.ts";
import { type Allocate } from "./scratch.ts";

/** A text that others of its kind are told by. */
export type Reference = { readonly id: number; readonly key: string; readonly bytes: Buffer; users: number };

/** The references of one table. A reference lives while a text is told by it. */
export type References = Readonly<{
  /** The reference made for this key (say, the owner of the object), else the newest that is long used. */
  nearest(key: string): Reference | undefined;
  byId(id: number): Reference;
  /** Makes a reference of the first `length` bytes; undefined when there are enough or the text is too long. */
  add(key: string, text: Readonly<{ bytes: Buffer; length: number }>): Reference | undefined;
  /** Makes a reference of what others made one of, in any number. */
  adopt(key: string, bytes: Buffer): Reference;
  isHeld(reference: Reference): boolean;
  /** One user less; the last one takes the reference away. */
  release(reference: Reference): void;
  all(): Iterable<Reference>;
  bytes(): number;
}>;

const mostReferences = 128;
const longest = Math.min(32 * 1024, longestReference);

export function createReferences(allocate: Allocate): References {
  const byId = new Map<number, Reference>();
  const byKey = new Map<string, Reference>();
  let nextId = 1;
  let general: Reference | undefined;
  let size = 0;
  const make = (key: string, bytes: Buffer): Reference => {
    const copy = allocate(bytes.length);
    bytes.copy(copy);
    const reference: Reference = { id: nextId++, key, bytes: copy, users: 0 };
    byId.set(reference.id, reference);
    byKey.set(key, reference);
    general ??= reference;
    size += bytes.length;
    return reference;
  };
  return {
    nearest: (key) => byKey.get(key) ?? general,
    byId(id) {
      const found = byId.get(id);
      if (found === undefined)
        throw new RangeError(`no reference ${id}: it was taken away while a text was told by it`);
      return found;
    },
    add(key, { bytes, length }) {
      if (byId.size >= mostReferences || length > longest) return undefined;
      return make(key, bytes.subarray(0, length));
    },
    adopt: make,
    isHeld: (reference) => byId.get(reference.id) === reference,
    release(reference) {
      reference.users -= 1;
      if (reference.users > 0) return;
      byId.delete(reference.id);
      if (byKey.get(reference.key) === reference) byKey.delete(reference.key);
      if (general === reference) general = byId.values().next().value;
      size -= reference.bytes.length;
    },
    all: () => byId.values(),
    bytes: () => size,
  };
}

/** Indexes of the references that were written by lately: of the whole store, for small tables have many references. */
export type DeltaIndexes = Readonly<{
  of(reference: Reference): DeltaIndex;
  /** For a reference that nobody writes by any more. */
  forget(reference: Reference): void;
}>;

export function createDeltaIndexes(most = 512): DeltaIndexes {
  const recent = new Map<Reference, DeltaIndex>();
  return {
    of(reference) {
      const known = recent.get(reference);
      if (known !== undefined) return known;
      const index = indexReference(reference.bytes);
      const oldest = recent.size >= most ? recent.keys().next().value : undefined;
      if (oldest !== undefined) recent.delete(oldest);
      recent.set(reference, index);
      return index;
    },
    forget: (reference) => void recent.delete(reference),
  };
}
