import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { keepSmall } from "./memory.ts";

const mebibyte = 2 ** 20;

describe("the agent's memory", () => {
  it("is tidied when garbage has gathered, and left alone when none has", () => {
    const clock = createManualClock();
    let held = 30 * mebibyte;
    const collections: boolean[] = [];
    const collect = (isThorough: boolean): void => {
      collections.push(isThorough);
      held = 12 * mebibyte;
    };
    const end = keepSmall(clock, { collect, heldBytes: () => held });
    assert.deepEqual(collections, [], "not while it starts");
    clock.advance(15_000);
    assert.deepEqual(collections, [true], "thoroughly once it has started");
    held += 3 * mebibyte;
    clock.advance(60_000);
    assert.deepEqual(collections, [true], "3 MB are not worth a pause");
    held += 2 * mebibyte;
    clock.advance(15_000);
    assert.deepEqual(collections, [true, false]);
    end[Symbol.dispose]();
    held = 100 * mebibyte;
    clock.advance(60_000);
    assert.deepEqual(collections, [true, false], "ended");
  });

  it("is V8's own business where Node gives no collector", () => {
    const clock = createManualClock();
    using _ = keepSmall(clock, { collect: undefined, heldBytes: () => assert.fail("asked") });
    clock.advance(60_000);
  });
});
