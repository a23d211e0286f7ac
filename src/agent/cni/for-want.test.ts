import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError } from "../../base/index.ts";
import { afterVainMs, createForWant } from "./for-want.ts";

const held = new HeddleError("held", { code: "HEDDLE_ADDRESS_TAKEN" });

/** A pool of addresses, and how many the next freeing gives back. */
function setUp() {
  const clock = createManualClock();
  const state = { free: 0, gone: 0, freeings: 0 };
  const forWant = createForWant({
    clock,
    async reclaim() {
      state.freeings += 1;
      const freed = state.gone;
      state.free += freed;
      state.gone = 0;
      return freed;
    },
  });
  const take = (): Promise<string> =>
    forWant(async () => {
      if (state.free === 0) throw held;
      state.free -= 1;
      return "taken";
    });
  return { clock, state, forWant, take };
}

describe("work that is in want of an address", () => {
  it("holds up no verb again within seconds after nothing could be freed, and finds what is free by then", async () => {
    const { clock, state, take } = setUp();
    for (let asked = 0; asked < 100; asked++) await assert.rejects(take(), held);
    assert.equal(state.freeings, 1);
    state.gone = 1;
    clock.advance(afterVainMs - 1);
    await assert.rejects(take(), held);
    clock.advance(1);
    assert.equal(await take(), "taken");
    assert.equal(state.freeings, 2);
  });

  it("is helped each time for as long as there is what can be freed", async () => {
    const { state, take } = setUp();
    for (let pod = 1; pod <= 3; pod++) {
      state.gone = 1;
      assert.equal(await take(), "taken");
      assert.equal(state.freeings, pod);
    }
  });

  it("waits with others for one freeing, which is for all of them", async () => {
    const { state, take } = setUp();
    state.gone = 2;
    const answers = await Promise.allSettled([take(), take(), take()]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ["fulfilled", "fulfilled", "rejected"],
    );
    assert.equal(state.freeings, 1);
  });

  it("tells that nothing can be freed when that fails, and does not try it again at once either", async () => {
    const clock = createManualClock();
    let freeings = 0;
    const forWant = createForWant({
      clock,
      async reclaim() {
        freeings += 1;
        throw new Error("the kernel is lost");
      },
    });
    const fail = () => forWant(() => Promise.reject(held));
    await assert.rejects(fail(), /the kernel is lost/);
    await assert.rejects(fail(), held);
    assert.equal(freeings, 1);
  });

  it("frees nothing where it fails for another reason", async () => {
    const { state, forWant } = setUp();
    const other = new HeddleError("outside", { code: "HEDDLE_ADDRESS_OUTSIDE" });
    await assert.rejects(
      forWant(() => Promise.reject(other)),
      other,
    );
    assert.equal(state.freeings, 0);
  });
});
