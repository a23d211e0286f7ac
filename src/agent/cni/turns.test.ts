import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createTurns } from "./turns.ts";

describe("turns", () => {
  it("keep work of one name in order, let other names pass, and keep what runs alone alone", async () => {
    const steps = fc.array(
      fc.record({ name: fc.constantFrom("a", "b", "c", "alone"), pauses: fc.nat(4), fails: fc.boolean() }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (works) => {
        const turns = createTurns();
        const running = new Set<string>();
        const begun = new Map<string, number[]>();
        const work =
          (name: string, { index, pauses, fails }: { index: number; pauses: number; fails: boolean }) =>
          async () => {
            assert.ok(!running.has(name) && !running.has("alone"), "two of one name, or beside what runs alone");
            if (name === "alone") assert.equal(running.size, 0);
            running.add(name);
            begun.set(name, [...(begun.get(name) ?? []), index]);
            for (let pause = 0; pause < pauses; pause++) await Promise.resolve();
            running.delete(name);
            if (fails) throw new Error(`${index}`);
            return index;
          };
        const outcomes = works.map(({ name, ...rest }, index) => {
          const one = work(name, { index, ...rest });
          return name === "alone" ? turns.alone(one) : turns.inTurn(name, one);
        });
        const settled = await Promise.allSettled(outcomes);
        for (const [index, outcome] of settled.entries()) {
          if (outcome.status === "fulfilled") assert.equal(outcome.value, index);
          else assert.equal(outcome.reason.message, `${index}`);
        }
        for (const order of begun.values())
          assert.deepEqual(
            order,
            order.toSorted((a, b) => a - b),
          );
        await Promise.resolve();
        assert.equal(turns.size(), 0);
      }),
    );
  });

  it("lets other names run while one waits", async () => {
    const turns = createTurns();
    const gate = Promise.withResolvers<void>();
    const first = turns.inTurn("a", () => gate.promise);
    assert.equal(await turns.inTurn("b", async () => "passed"), "passed");
    const later = turns.alone(async () => "alone");
    const last = turns.inTurn("b", async () => "after");
    assert.equal(await Promise.race([later, last, new Promise((resolve) => setImmediate(resolve, "waits"))]), "waits");
    gate.resolve();
    await first;
    assert.deepEqual(await Promise.all([later, last]), ["alone", "after"]);
  });
});
