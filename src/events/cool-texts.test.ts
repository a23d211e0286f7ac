import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createCoolTexts } from "./cool-texts.ts";
import { createRing } from "./ring.ts";
import { recordOf } from "./testing/records.ts";

describe("texts outside of the heap", () => {
  it("come back as they were, however many share a buffer, and those that need one of their own", () => {
    const keep = createCoolTexts();
    const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 200 }), fc.constant("é".repeat(700_000)));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
        const kept = texts.map(keep);
        assert.deepEqual(
          kept.map((read) => read()),
          texts,
        );
      }),
    );
  });

  it("are what a ring's older records have, and nobody sees the difference", () => {
    const records = Array.from({ length: 1_000 }, (_, index) => ({ ...recordOf(index + 1), text: `é${index}` }));
    const ring = createRing({ events: 900, bytes: Infinity }, 0);
    for (const record of records) ring.add(record);
    assert.deepEqual(ring.after(0, Infinity), records.slice(100));
    assert.equal(
      ring.bytes(),
      records.slice(100).reduce((sum, { text }) => sum + text.length + 400, 0),
    );
  });
});
