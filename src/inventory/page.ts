import { type KubeObject, type ObjectRef } from "../model/index.ts";
import { type StoredObject } from "./model.ts";
import { type Table } from "./table/table.ts";

type Row = Readonly<{ table: Table; row: number }>;

const [listCloses, comma] = ["]".charCodeAt(0), ",".charCodeAt(0)];

/** A page that is made in slices, so that the event loop turns in between. Nothing is parsed. */
export type PageMaker = Readonly<{
  /** The rows' objects as they are now; later changes do not show. `rest`: these, and those that are likely to follow. */
  add(rows: readonly Row[], rest: () => readonly Row[]): void;
  /** All as one JSON list, and each looking into it. */
  finish(): Readonly<{ json: Buffer; objects: readonly StoredObject[] }>;
}>;

const sizeOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, { table, row }) => sum + table.texts.jsonSize(row) + 1, 0);

export function createPage(): PageMaker {
  // A byte for what opens the list, then each object with a comma behind it; the last becomes what closes the list.
  let json = Buffer.from("[]");
  let at = 1;
  const places: Readonly<{ ref: ObjectRef; length: number }>[] = [];
  return {
    add(rows, rest) {
      if (at + sizeOf(rows) > json.length) {
        const larger = Buffer.allocUnsafeSlow(at + Math.max(sizeOf(rows), sizeOf(rest())));
        json.copy(larger, 0, 0, at);
        json = larger;
      }
      for (const { table, row } of rows) {
        const length = table.texts.jsonSize(row);
        table.texts.copyJson(row, json, at);
        places.push({ ref: table.refAt(row), length });
        at += length + 1;
        json[at - 1] = comma;
      }
    },
    finish() {
      const list = places.length === 0 ? json : json.subarray(0, at);
      list[list.length - 1] = listCloses;
      let from = 1;
      const objects = places.map(({ ref, length }) => {
        const object = storedObject(ref, list.subarray(from, from + length));
        from += length + 1;
        return object;
      });
      return { json: list, objects };
    },
  };
}

/** The rows' texts as they are now, with a comma between two, behind `before`: one byte. */
export function joinTexts(rows: readonly Row[], before: string): Buffer {
  const joined = Buffer.allocUnsafeSlow(sizeOf(rows));
  let at = 0;
  for (const { table, row } of rows) {
    joined[at] = comma;
    table.texts.copyJson(row, joined, at + 1);
    at += table.texts.jsonSize(row) + 1;
  }
  joined.write(before, 0);
  return joined;
}

const storedObject = (ref: ObjectRef, text: Buffer): StoredObject => ({
  ref,
  text,
  object: () => JSON.parse(text.toString()) as KubeObject,
});

/** One row's object, with a text of its own. */
export function copyObject({ table, row }: Row): StoredObject {
  const text = Buffer.allocUnsafeSlow(table.texts.jsonSize(row));
  table.texts.copyJson(row, text, 0);
  return storedObject(table.refAt(row), text);
}
