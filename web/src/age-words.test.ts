import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { humanDuration } from "../../src/cli/format/age.ts";
import { ageWords } from "./age-words.ts";

describe("ageWords", () => {
  it("says what the command line says, of any duration", () => {
    const seconds = [
      0, 1, 59, 60, 119, 120, 192, 599, 600, 630, 10_740, 10_800, 18_240, 28_800, 172_800, 363_600, 691_200, 2e7, 1e8,
      3e8,
    ];
    for (const second of seconds) assert.equal(ageWords(second * 1000), humanDuration(second * 1000), `${second} s`);
  });

  it("says 0s of what a clock that is ahead told of the future", () => assert.equal(ageWords(-90_000), "0s"));
});
