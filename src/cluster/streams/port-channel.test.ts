import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isHeddleError } from "../../base/index.ts";
import { createPortPrefix } from "./port-channel.ts";

describe("the port in front of a forwarded channel", () => {
  it("is two bytes, little-endian, and not data", () => {
    const prefix = createPortPrefix(8080);
    assert.deepEqual(prefix.strip(Uint8Array.of(0x90, 0x1f)), Uint8Array.of());
    assert.deepEqual(prefix.strip(Buffer.from("hi")), Buffer.from("hi"));
  });

  it("is taken off once, however the bytes are split", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65535 }),
        fc.uint8Array(),
        fc.infiniteStream(fc.integer({ min: 0, max: 4 })),
        (port, data, sizes) => {
          const all = Buffer.concat([Buffer.of(port & 0xff, port >> 8), data]);
          const prefix = createPortPrefix(port);
          const stripped: Uint8Array[] = [];
          for (let start = 0; start < all.length;) {
            const size = sizes.next().value;
            stripped.push(prefix.strip(all.subarray(start, start + size)));
            start += size;
          }
          assert.deepEqual(Buffer.concat(stripped), Buffer.from(data));
        },
      ),
    );
  });

  it("must be the one that was asked for", () => {
    const prefix = createPortPrefix(80);
    prefix.strip(Uint8Array.of(81));
    assert.throws(
      () => prefix.strip(Uint8Array.of(0)),
      (error) => isHeddleError(error, "HEDDLE_CLUSTER_PROTOCOL") && /port 81 where port 80/.test(error.message),
    );
  });
});
