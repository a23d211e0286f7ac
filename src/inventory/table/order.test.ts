import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createRowOrder } from "./order.ts";

describe("row order", () => {
  it("equals sorting, after any additions and removals, from any key on", () => {
    const key = fc.nat(3_000).map((number) => `k${number}`);
    fc.assert(
      fc.property(fc.array(key, { minLength: 600, maxLength: 2_500 }), fc.array(key), key, (added, removed, from) => {
        const keys = [...new Set(added)];
        const order = createRowOrder((row) => keys[row] ?? "");
        for (const [row, name] of keys.entries()) order.add(name, row);
        for (const name of new Set(removed)) order.remove(name);
        const gone = new Set(removed);
        const sorted = keys.filter((name) => !gone.has(name)).toSorted((a, b) => (a < b ? -1 : 1));
        assert.equal(order.size(), sorted.length);
        assert.deepEqual(
          order.after("", Infinity).map((row) => keys[row]),
          sorted,
        );
        assert.deepEqual(
          order.after(from, 5).map((row) => keys[row]),
          sorted.filter((name) => name > from).slice(0, 5),
        );
      }),
      { numRuns: 20 },
    );
  });
});
