import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createDeltaIndexes } from "./references.ts";
import { allocateBuffer, createScratch } from "./scratch.ts";
import { createTextStore, type TextStore } from "./text-store.ts";

const create = (): TextStore =>
  createTextStore({
    allocate: allocateBuffer,
    scratch: createScratch(allocateBuffer),
    indexes: createDeltaIndexes(3),
  });

const jsonOf = (store: TextStore, row: number): string => {
  const out = Buffer.alloc(store.jsonSize(row) + 2, ".");
  store.copyJson(row, out, 1);
  assert.equal(`${out[0]} ${out.at(-1)}`, "46 46", "writes its own bytes only");
  return out.subarray(1, -1).toString();
};

describe("text store", () => {
  it("gives back what was last written to each row, whatever was written, replaced and erased", () => {
    const text = fc.tuple(fc.nat(300), fc.string({ unit: "binary", maxLength: 20 }), fc.nat(3));
    const step = fc.tuple(fc.nat(60), fc.option(text, { nil: undefined, freq: 4 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 400 }), (steps) => {
        const store = create();
        const expected = new Map<number, Readonly<{ json: string; note: string }>>();
        for (const [row, wanted] of steps) {
          if (wanted === undefined) {
            store.erase(row);
            expected.delete(row);
            continue;
          }
          const [repeats, own, family] = wanted;
          const json = JSON.stringify({ own, filler: `family ${family} `.repeat(repeats) });
          store.write(row, { json, note: own, family: `${family}` });
          expected.set(row, { json, note: Buffer.from(own).toString() });
        }
        for (const [row, { json, note }] of expected) {
          assert.equal(jsonOf(store, row), Buffer.from(json).toString());
          assert.equal(store.json(row), Buffer.from(json).toString());
          assert.equal(store.note(row), note);
        }
        const sizes = [...expected.values()].map(({ json, note }) => Buffer.byteLength(json) + Buffer.byteLength(note));
        assert.equal(
          store.usage().text,
          sizes.reduce((sum, size) => sum + size, 0),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("keeps texts that resemble each other in a fraction of their size", () => {
    const store = create();
    for (let row = 0; row < 1_000; row++) {
      const containers = ["web", "proxy"].map((name) => ({
        name,
        image: `example.test/${name}:1`,
        args: ["--a", "--b"],
      }));
      store.write(row, { json: JSON.stringify({ name: `web-${row}`, spec: { containers } }), note: "", family: "rs" });
    }
    const { held, text } = store.usage();
    assert.ok(held < text / 3, `${held} bytes for ${text} of text`);
  });

  it("gives memory back: rows erased in any order leave no more than a few slabs' rest", () => {
    const store = create();
    const unlike = (row: number): string => Buffer.from(`${row}`.repeat(200)).toString("base64");
    for (let row = 0; row < 5_000; row++) store.write(row, { json: unlike(row), note: "", family: "" });
    const full = store.usage().held;
    for (let row = 0; row < 5_000; row++) if (row % 10 !== 0) store.erase(row);
    assert.ok(store.usage().held < full / 4, `${store.usage().held} of ${full} bytes still held`);
    for (let row = 0; row < 5_000; row += 10) assert.equal(store.json(row), unlike(row));
    for (let row = 0; row < 5_000; row++) store.erase(row);
    assert.deepEqual(store.usage(), { held: 0, text: 0 });
  });

  it("does not grow while the same rows are written over and over", () => {
    const store = create();
    const write = (round: number): void => {
      for (let row = 0; row < 200; row++)
        store.write(row, { json: `${row} ${round} `.repeat(150), note: "", family: `${row}` });
    };
    for (let round = 0; round < 4; round++) write(round);
    const after = store.usage().held;
    for (let round = 4; round < 40; round++) write(round);
    assert.ok(store.usage().held <= after * 2, `${store.usage().held} bytes after ${after}`);
  });
});
