import assert from "node:assert/strict";
import { type Catalog, type CatalogBatch } from "../model.ts";
import { eventOf, objectOf, pods, prod } from "./samples.ts";

/** Objects of one number are told apart by so many places. */
const room = 100_000;

/** A batch that tells its number and size in each of its objects and events, so that a half one is seen. */
export const batchOf = (number: number, size: number): CatalogBatch => ({
  cluster: prod,
  kind: pods,
  objects: Array.from({ length: size }, (_, index) => ({
    type: "present",
    object: { ...objectOf(number * room + index), name: `${number}/${size}` },
  })),
  events: Array.from({ length: Math.min(size, 20) }, () => ({ ...eventOf(number), id: `${number}` })),
  complete: true,
});

/** Which numbers are recorded; fails when one is there by half, or when the log and the objects differ. */
export async function wholeBatchesIn(catalog: Catalog): Promise<ReadonlySet<number>> {
  const objects = new Map<string, number>();
  for await (const slice of catalog.objects(prod, pods)) {
    for (const { name } of slice) objects.set(name, (objects.get(name) ?? 0) + 1);
  }
  const { first, last } = catalog.log.bounds();
  const events = new Map<number, number>();
  const records = await catalog.log.read(0, Infinity);
  for (const { id } of records) events.set(Number(id), (events.get(Number(id)) ?? 0) + 1);
  assert.deepEqual([records.length, records[0]?.sequence ?? first], [last - first + 1, first], "the log has no holes");
  for (const [name, count] of objects) {
    const [number, size] = name.split("/").map(Number);
    assert.equal(count, size, `batch ${name} is there by half`);
    assert.equal(events.get(number ?? -1), Math.min(size ?? 0, 20), `events of batch ${name} are missing`);
  }
  assert.equal(events.size, objects.size);
  return new Set(events.keys());
}
