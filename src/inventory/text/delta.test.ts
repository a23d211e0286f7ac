import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeDelta, encodeDelta, indexReference, largestDelta } from "./delta.ts";

function roundTrip(reference: string, text: string): Readonly<{ text: string; size: number }> {
  const index = indexReference(Buffer.from(reference));
  const bytes = Buffer.from(text);
  const out = Buffer.alloc(largestDelta(bytes.length));
  const size = encodeDelta(index, { bytes, length: bytes.length }, out);
  const back = Buffer.alloc(bytes.length);
  decodeDelta(index.reference, out.subarray(0, size), { out: back, at: 0, most: bytes.length });
  return { text: back.toString(), size };
}

describe("delta", () => {
  it("gives back any text from any reference, within the size it promises", () => {
    const piece = fc.constantFrom(
      '"metadata":{"name":"',
      "aaaaaaaaaaaaaaaa",
      '"uid":"',
      "é€🙂",
      "0123456789abcdef",
      "x",
    );
    const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, text, (reference, value) => {
        const found = roundTrip(reference, value);
        assert.equal(found.text, value);
        assert.ok(found.size <= largestDelta(Buffer.byteLength(value)));
      }),
    );
  });

  it("writes a text that equals its reference in a few bytes, and a small change as little more", () => {
    const reference = JSON.stringify({ name: "web-1", image: "example.test/shop/web:1.42.0", labels: { app: "web" } });
    assert.ok(roundTrip(reference, reference).size <= 4);
    assert.ok(roundTrip(reference, reference.replace("web-1", "web-2")).size <= 24);
  });

  it("decodes only as many bytes as are wanted", () => {
    const index = indexReference(Buffer.from("0123456789abcdefghij"));
    const bytes = Buffer.from("XY0123456789abcdefZ");
    const out = Buffer.alloc(100);
    const size = encodeDelta(index, { bytes, length: bytes.length }, out);
    const target = Buffer.alloc(8, ".");
    decodeDelta(index.reference, out.subarray(0, size), { out: target, at: 1, most: 5 });
    assert.equal(target.toString(), ".XY012..");
  });
});
