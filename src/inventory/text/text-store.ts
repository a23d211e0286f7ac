import { float64Column, uint32Column } from "./column.ts";
import { createArena, type Place, slabOf } from "./arena.ts";
import { decodeDelta } from "./delta.ts";
import { createTextEncoder, type Encoded, type EncodedText, type SharedReference } from "./encoder.ts";
import { createReferences, type DeltaIndexes, type Reference } from "./references.ts";
import { type Allocate, type Scratch } from "./scratch.ts";

/** One object's text: its JSON, and behind it a note that lists leave out. Texts of one `family` resemble each other. */
export type StoredText = Readonly<{ json: string; note: string; family: string }>;

/** The texts of one table by row number: UTF-8 in slabs, told by what they share with a reference where that is shorter. */
export type TextStore = Readonly<{
  /** Replaces what the row had. */
  write(row: number, text: StoredText): void;
  /** The same of a text that is encoded already; its bytes are copied. */
  adopt(row: number, text: EncodedText): void;
  /** The row's text as it is held: what to adopt elsewhere. Its bytes last until something is written or erased. */
  encoded(row: number): EncodedText;
  erase(row: number): void;
  /** Bytes of the JSON, without the note. */
  jsonSize(row: number): number;
  /** Writes the JSON into `out` from `at` on; `jsonSize` bytes. */
  copyJson(row: number, out: Buffer, at: number): void;
  json(row: number): string;
  note(row: number): string;
  /** Nothing is written any more: what only writing needs is given up, texts can still be read. */
  close(): void;
  /** Bytes held for all texts, and of the texts themselves. */
  usage(): Readonly<{ held: number; text: number }>;
}>;

export type TextDeps = Readonly<{ allocate: Allocate; scratch: Scratch; indexes: DeltaIndexes }>;

export function createTextStore({ allocate, scratch, indexes }: TextDeps): TextStore {
  const arena = createArena(allocate);
  const references = createReferences(allocate);
  const places = float64Column();
  const sizes = uint32Column();
  const textSizes = uint32Column();
  const jsonSizes = uint32Column();
  const referenceIds = uint32Column();
  let rows = 0;
  let textBytes = 0;

  const encode = createTextEncoder({ references, indexes, scratch });
  /** References of texts that were encoded elsewhere, as they are known here. */
  const adopted = new WeakMap<SharedReference, Reference>();

  const store = (row: number, size: number): Place => {
    const place = arena.allocate(size);
    places.set(row, place);
    sizes.set(row, size);
    return place;
  };
  const decode = (row: number, target: Readonly<{ out: Buffer; at: number; most: number }>): void => {
    const encoded = arena.view(places.get(row), sizes.get(row));
    const reference = referenceIds.get(row);
    if (reference === 0) encoded.copy(target.out, target.at, 0, target.most);
    else decodeDelta(references.byId(reference).bytes, encoded, target);
  };
  const decodeAll = (row: number): Buffer => {
    const size = textSizes.get(row);
    const out = scratch.text(size);
    decode(row, { out, at: 0, most: size });
    return out;
  };
  const erase = (row: number): void => {
    if (sizes.get(row) === 0) return;
    arena.free(places.get(row), sizes.get(row));
    const id = referenceIds.get(row);
    if (id !== 0) {
      const reference = references.byId(id);
      references.release(reference);
      if (reference.users === 0) indexes.forget(reference);
    }
    textBytes -= textSizes.get(row);
    sizes.set(row, 0);
    referenceIds.set(row, 0);
  };
  /** Moves the records of one slab behind the others: a bounded piece of work, once for each that was written. */
  const compact = (): void => {
    const sparse = arena.sparsest();
    if (sparse === undefined) return;
    for (let row = 0; row < rows; row++) {
      const [place, size] = [places.get(row), sizes.get(row)];
      if (size === 0 || slabOf(place) !== sparse) continue;
      const from = arena.view(place, size);
      from.copy(arena.view(store(row, size), size));
      arena.free(place, size);
    }
  };
  const put = (row: number, { reference, bytes, size }: Encoded, sizes: TextSizes): void => {
    // Held before the old text lets go: it may be the reference's last user.
    if (reference !== undefined) reference.users += 1;
    erase(row);
    bytes.copy(arena.view(store(row, size), size), 0, 0, size);
    referenceIds.set(row, reference?.id ?? 0);
    textSizes.set(row, sizes.textSize);
    jsonSizes.set(row, sizes.jsonSize);
    textBytes += sizes.textSize;
    rows = Math.max(rows, row + 1);
    compact();
  };
  const own = (shared: SharedReference): Reference => {
    const known = adopted.get(shared);
    if (known !== undefined && references.isHeld(known)) return known;
    const made = references.adopt(shared.key, shared.bytes);
    adopted.set(shared, made);
    return made;
  };
  return {
    write(row, { json, note, family }) {
      const bytes = scratch.text((json.length + note.length) * 3);
      const jsonSize = bytes.write(json, 0);
      const textSize = jsonSize + bytes.write(note, jsonSize);
      put(row, encode(family, bytes, textSize), { jsonSize, textSize });
    },
    adopt(row, { bytes, reference, jsonSize, textSize }) {
      const known = reference && own(reference);
      put(row, { reference: known, bytes, size: bytes.length }, { jsonSize, textSize });
    },
    erase(row) {
      erase(row);
      compact();
    },
    encoded(row) {
      const reference = referenceIds.get(row);
      return {
        bytes: arena.view(places.get(row), sizes.get(row)),
        jsonSize: jsonSizes.get(row),
        textSize: textSizes.get(row),
        reference: reference === 0 ? undefined : references.byId(reference),
      };
    },
    jsonSize: (row) => jsonSizes.get(row),
    copyJson: (row, out, at) => decode(row, { out, at, most: jsonSizes.get(row) }),
    json: (row) => decodeAll(row).toString("utf8", 0, jsonSizes.get(row)),
    note: (row) => decodeAll(row).toString("utf8", jsonSizes.get(row), textSizes.get(row)),
    close() {
      for (const reference of references.all()) indexes.forget(reference);
    },
    usage: () => ({ held: arena.usage().held + references.bytes(), text: textBytes }),
  };
}

type TextSizes = Pick<EncodedText, "jsonSize" | "textSize">;
