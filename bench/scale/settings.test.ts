import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandOf, settingsOf, stageNames } from "./settings.ts";

describe("the settings of the bench at size", () => {
  it("are everything at full size when nothing is said", () => {
    const { stages, pods, clusters, soakMinutes } = settingsOf({});
    assert.deepEqual([stages, pods, clusters, soakMinutes], [stageNames, 100_000, 10, 30]);
  });

  it("are chosen and made smaller by the environment", () => {
    const env = {
      HEDDLE_BENCH_STAGES: "sync,soak",
      HEDDLE_BENCH_SUBJECTS: "served,typed",
      HEDDLE_BENCH_PODS: "500",
    };
    const { stages, subjects, pods } = settingsOf(env);
    assert.deepEqual([stages, subjects, pods], [["sync", "soak"], ["served", "typed"], 500]);
  });

  it("refuse a stage that there is not and what is no number, by name", () => {
    assert.throws(
      () => settingsOf({ HEDDLE_BENCH_STAGES: "sync,sock" }),
      /HEDDLE_BENCH_STAGES: no "sock": there are sync, questions/,
    );
    assert.throws(() => settingsOf({ HEDDLE_BENCH_PODS: "many" }), /HEDDLE_BENCH_PODS=many: expected a number/);
    assert.throws(() => settingsOf({ HEDDLE_BENCH_PODS: "0" }), /HEDDLE_BENCH_PODS=0/);
  });

  it("are told by the command that repeats a stage, as far as the stage obeys them", () => {
    const env = { HEDDLE_BENCH_PODS: "500", HEDDLE_BENCH_SOAK_MINUTES: "1", HOME: "/" };
    assert.equal(
      commandOf("sync", { ...env, HEDDLE_BENCH_SUBJECTS: "served" }),
      "HEDDLE_BENCH_STAGES=sync HEDDLE_BENCH_SUBJECTS=served HEDDLE_BENCH_PODS=500 npm run bench -- scale",
    );
    assert.equal(commandOf("soak", env), "HEDDLE_BENCH_STAGES=soak HEDDLE_BENCH_SOAK_MINUTES=1 npm run bench -- scale");
  });
});
