import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeAttributes, text, u32 } from "./attributes.ts";
import { decodeAcknowledgement, decodeMessages, encodeMessage } from "./message.ts";

describe("messages", () => {
  it("come back as they were, several in a datagram", () => {
    const part = fc.record({
      type: fc.integer({ min: 16, max: 0xffff }),
      flags: fc.integer({ min: 0, max: 0xffff }),
      sequence: fc.integer({ min: 0, max: 0xffffffff }),
      body: fc.uint8Array({ maxLength: 40 }).map((value) => value.subarray(0, value.length & ~3)),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const datagram = Buffer.concat(
          parts.map(({ sequence, ...rest }) => encodeMessage({ ...rest, attributes: [] }, sequence)),
        );
        assert.deepEqual(
          decodeMessages(datagram).map((reply) => ({ ...reply, body: [...reply.body] })),
          parts.map((one) => ({ ...one, body: [...one.body] })),
        );
      }),
    );
  });

  it("carry the kernel's own word on a refusal", () => {
    const reply = {
      type: 2,
      flags: 0x300,
      sequence: 1,
      body: Buffer.concat([
        Buffer.from("eaffffff", "hex"), // -EINVAL
        Buffer.from("20000000100005000100000000000000", "hex"), // the header of what was asked
        encodeAttributes([
          [2, u32(4)],
          [1, text("Invalid prefix for given prefix length")],
        ]),
      ]),
    };
    assert.deepEqual(decodeAcknowledgement(reply), { errno: 22, text: "Invalid prefix for given prefix length" });
    assert.deepEqual(decodeAcknowledgement({ ...reply, flags: 0 }), { errno: 22 });
    assert.deepEqual(decodeAcknowledgement({ ...reply, flags: 0, body: new Uint8Array(20) }), { errno: 0 });
  });
});
