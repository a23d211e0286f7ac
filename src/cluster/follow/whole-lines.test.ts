import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createWholeLines } from "./whole-lines.ts";

describe("whole lines", () => {
  it("are every byte once and in order, wherever the chunks fall and whenever they are taken", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: fc.constantFrom("a", "é", "\n") }), fc.boolean())), (chunks) => {
        const lines = createWholeLines();
        const taken: Buffer[] = [];
        for (const [text, isTaken] of chunks) {
          lines.push(Buffer.from(text));
          if (isTaken) taken.push(lines.take());
        }
        taken.push(lines.take());
        for (const piece of taken) assert.ok(piece.length === 0 || piece.at(-1) === 10);
        assert.equal(lines.bytes(), 0);
        const open = lines.takeOpen();
        assert.ok(!open.includes(10));
        assert.equal(lines.openBytes(), 0);
        const all = Buffer.concat([...taken, open]).toString();
        assert.equal(all, chunks.map(([text]) => text).join(""));
      }),
    );
  });

  it("lie alone in their buffer, so that it can be given away", () => {
    const lines = createWholeLines();
    lines.push(Buffer.from("one\ntwo\nthr"));
    const taken = lines.take();
    assert.equal(taken.buffer.byteLength, taken.length);
    assert.equal(taken.toString(), "one\ntwo\n");
  });
});
