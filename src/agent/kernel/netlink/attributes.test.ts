import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Attribute, decodeAttributes, encodeAttributes, listAttributes, text, textOf, u16 } from "./attributes.ts";

describe("attributes", () => {
  const attribute: fc.Arbitrary<Attribute> = fc.tuple(
    fc.integer({ min: 0, max: 0x3fff }),
    fc.uint8Array({ maxLength: 40 }),
  );

  it("come back as they were, whatever their lengths", () => {
    fc.assert(
      fc.property(fc.array(attribute), (attributes) => {
        const encoded = encodeAttributes(attributes);
        assert.equal(encoded.length % 4, 0);
        assert.deepEqual(
          listAttributes(encoded).map(([type, value]) => [type, [...value]]),
          attributes.map(([type, value]) => [type, [...(value as Uint8Array)]]),
        );
      }),
    );
  });

  it("nest", () => {
    const outer = decodeAttributes(encodeAttributes([[0x8012, [[1, text("veth")]]]]));
    assert.equal(textOf(decodeAttributes(outer.get(0x12) ?? new Uint8Array()).get(1)), "veth");
  });

  it("are read as far as they go when the rest is cut off or no attribute", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
        const whole = encodeAttributes([[3, u16(9)]]);
        const all = listAttributes(Uint8Array.from([...whole, ...garbage]));
        assert.deepEqual([...(all[0]?.[1] ?? [])], [9, 0]);
      }),
    );
  });

  it("hold no more than their length can say", () => {
    assert.throws(() => encodeAttributes([[1, new Uint8Array(0xfffc)]]), RangeError);
  });
});
