import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandOf, settingsOf, stageNames } from "./settings.ts";

describe("the settings of the agent's bench", () => {
  it("are every stage when nothing is said, and those named in the order in which they run", () => {
    assert.deepEqual(settingsOf({}).stages, stageNames);
    assert.deepEqual(settingsOf({ HEDDLE_BENCH_STAGES: "memory,verbs" }).stages, ["verbs", "memory"]);
  });

  it("refuse a stage that there is not and what is no number, by name", () => {
    assert.throws(() => settingsOf({ HEDDLE_BENCH_STAGES: "verb" }), /HEDDLE_BENCH_STAGES: no "verb": there are verbs/);
    assert.throws(() => settingsOf({ HEDDLE_BENCH_PODS: "many" }), /HEDDLE_BENCH_PODS=many: expected a number/);
    assert.throws(() => settingsOf({ HEDDLE_BENCH_ROUNDS: "0" }), /HEDDLE_BENCH_ROUNDS=0/);
  });

  it("are told by the command that repeats a stage, as far as the stage obeys them", () => {
    const env = { HEDDLE_BENCH_PODS: "20", HEDDLE_BENCH_ROUNDS: "1", HOME: "/" };
    assert.equal(
      commandOf("verbs", env),
      "HEDDLE_BENCH_STAGES=verbs HEDDLE_BENCH_ROUNDS=1 HEDDLE_BENCH_PODS=20 npm run bench -- agent",
    );
    assert.equal(commandOf("memory", env), "HEDDLE_BENCH_STAGES=memory npm run bench -- agent");
  });
});
