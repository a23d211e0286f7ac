import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { makeStages, type Stage } from "./stages.ts";

/** Stages by name that write down what they are asked; `fails` names those whose `make` or `undo` throws its name. */
function stagesOf(names: readonly string[], fails: readonly string[], leaves?: Stage["leaves"]) {
  const asked: string[] = [];
  const stuck: unknown[] = [];
  const act = (what: string) => async (): Promise<void> => {
    asked.push(what);
    if (fails.includes(what)) throw new Error(what);
  };
  const stages = names.map((name): Stage => ({
    make: act(`make ${name}`),
    undo: act(`undo ${name}`),
    ...(leaves && { leaves }),
  }));
  return { asked, stuck, run: () => makeStages(stages, (error) => stuck.push(error)) };
}

describe("the stages of an ADD", () => {
  it("are made in their order", async () => {
    const { asked, run } = stagesOf(["a", "b"], []);
    await run();
    assert.deepEqual(asked, ["make a", "make b"]);
  });

  it("are undone, the last first, from the one that failed", async () => {
    const { asked, run } = stagesOf(["a", "b", "c"], ["make b"]);
    await assert.rejects(run(), /^Error: make b$/);
    assert.deepEqual(asked, ["make a", "make b", "undo b", "undo a"]);
  });

  it("leave the one alone that failed and left nothing", async () => {
    const { asked, run } = stagesOf(["a", "b"], ["make b"], () => false);
    await assert.rejects(run(), /^Error: make b$/);
    assert.deepEqual(asked, ["make a", "make b", "undo a"]);
  });

  it("stay as they are from the one that cannot be undone, which is told beside the failure", async () => {
    const { asked, stuck, run } = stagesOf(["a", "b", "c"], ["make c", "undo b"]);
    await assert.rejects(run(), /^Error: make c$/);
    assert.deepEqual(asked, ["make a", "make b", "make c", "undo c", "undo b"]);
    assert.deepEqual(stuck.map(String), ["Error: undo b"]);
  });

  it("leave nothing of what was made, wherever one fails", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(), async (count, at) => {
        const names = Array.from({ length: count }, (_, index) => `${index}`);
        const { asked, run } = stagesOf(names, [`make ${at % count}`]);
        await assert.rejects(run());
        const told = (what: string): readonly string[] =>
          asked.filter((line) => line.startsWith(what)).map((line) => line.slice(what.length));
        assert.deepEqual(told("undo "), told("make ").toReversed());
      }),
    ));
});
