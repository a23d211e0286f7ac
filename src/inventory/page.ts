import { type KubeObject } from "../model/index.ts";
import { type StoredObject } from "./model.ts";
import { type Table } from "./table/table.ts";

type Row = Readonly<{ table: Table; row: number }>;

const [listOpens, listCloses, comma] = ["[", "]", ","].map((character) => character.charCodeAt(0)) as [
  number,
  number,
  number,
];

/** The rows' objects as one JSON list, and each looking into it. Nothing is parsed; later changes do not show. */
export function joinObjects(rows: readonly Row[]): Readonly<{ json: Buffer; objects: readonly StoredObject[] }> {
  const size = rows.reduce((sum, { table, row }) => sum + table.texts.jsonSize(row) + 1, rows.length === 0 ? 2 : 1);
  const json = Buffer.allocUnsafeSlow(size);
  json[0] = listOpens;
  let at = 1;
  const objects = rows.map(({ table, row }) => {
    const length = table.texts.jsonSize(row);
    table.texts.copyJson(row, json, at);
    const object = storedObject({ table, row }, json.subarray(at, at + length));
    json[at + length] = comma;
    at += length + 1;
    return object;
  });
  json[size - 1] = listCloses;
  return { json, objects };
}

const storedObject = ({ table, row }: Row, text: Buffer): StoredObject => ({
  ref: table.refAt(row),
  text,
  object: () => JSON.parse(text.toString()) as KubeObject,
});

/** One row's object, with a text of its own. */
export function copyObject(row: Row): StoredObject {
  const text = Buffer.allocUnsafeSlow(row.table.texts.jsonSize(row.row));
  row.table.texts.copyJson(row.row, text, 0);
  return storedObject(row, text);
}
