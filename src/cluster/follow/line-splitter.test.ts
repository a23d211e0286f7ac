import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isHeddleError } from "../../base/index.ts";
import { createLineSplitter } from "./line-splitter.ts";

/** The bytes in chunks that end at the given places, wherever these fall. */
function chunksOf(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((to, index) => bytes.subarray(index === 0 ? 0 : places[index - 1], to));
}

const line = fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\n", " ").toWellFormed());

describe("the line splitter", () => {
  it("gives the same lines however the bytes are cut into chunks, inside of characters too", () => {
    fc.assert(
      fc.property(fc.array(line), line, fc.array(fc.nat()), (lines, rest, cuts) => {
        const splitter = createLineSplitter(1000);
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join("") + rest);
        const found = chunksOf(bytes, cuts).flatMap((chunk) => splitter.push(chunk));
        assert.deepEqual(
          found,
          lines.filter((text) => text !== ""),
        );
        assert.equal(splitter.pendingBytes(), Buffer.byteLength(rest));
      }),
    );
  });

  it("takes plain byte arrays, and views into larger ones", () => {
    const whole = new TextEncoder().encode("xxone\ntwo\nyy");
    assert.deepEqual(createLineSplitter(10).push(whole.subarray(2, 10)), ["one", "two"]);
  });

  it("refuses a line that grows beyond its limit, before it ends", () => {
    const splitter = createLineSplitter(10);
    assert.deepEqual(splitter.push(Buffer.from("0123456789\n01234")), ["0123456789"]);
    assert.throws(
      () => splitter.push(Buffer.from("567890")),
      (error) => isHeddleError(error, "HEDDLE_CLUSTER_PROTOCOL"),
    );
  });

  it("takes time in proportion to a line's length when it comes in many chunks", () => {
    const timeOf = (chunks: number): number => {
      const splitter = createLineSplitter(1e9);
      const chunk = Buffer.alloc(1024, "a");
      const fromMs = performance.now();
      for (let i = 0; i < chunks; i++) splitter.push(chunk);
      assert.equal(splitter.push(Buffer.from("\n"))[0]?.length, chunks * 1024);
      return performance.now() - fromMs;
    };
    timeOf(1000);
    // Quadratic would be sixteen times four times; a busy machine is allowed a factor, and several tries.
    const isLinear = (): boolean => timeOf(8_000) < 16 * Math.max(5, timeOf(2_000));
    assert.ok(Array.from({ length: 20 }).some(isLinear));
  });
});
