import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock, systemClock } from "../../base/index.ts";
import { createRateLimiter } from "./rate-limit.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("createRateLimiter", () => {
  it("lets a burst pass at once and then so many a second, first come, first served", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter({ qps: 10, burst: 3 }, clock);
    const granted: string[] = [];
    for (let i = 0; i < 6; i++) void limiter.acquire().then(() => granted.push(`${i}@${clock.nowMs()}`));
    await settled();
    for (let i = 0; i < 30; i++) {
      clock.advance(10);
      await settled();
    }
    assert.deepEqual(granted, ["0@0", "1@0", "2@0", "3@100", "4@200", "5@300"]);
    assert.equal(clock.pending(), 0);
  });

  it("gives up the place of a caller who aborts, before and while it waits", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter({ qps: 1, burst: 1 }, clock);
    const controller = new AbortController();
    await limiter.acquire();
    const left = limiter.acquire(controller.signal);
    const stays = limiter.acquire();
    controller.abort(new Error("enough"));
    await assert.rejects(left, /enough/);
    await assert.rejects(limiter.acquire(controller.signal), /enough/);
    clock.advance(1000);
    await stays;
  });

  it("gathers tokens while nobody asks, up to the burst, which is twice the rate where none is given", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter({ qps: 2 }, clock);
    for (let i = 0; i < 4; i++) await limiter.acquire();
    clock.advance(60_000);
    for (let i = 0; i < 4; i++) await limiter.acquire();
    let fifth = false;
    void limiter.acquire().then(() => (fifth = true));
    await settled();
    assert.equal(fifth, false);
    clock.advance(500);
    await settled();
    assert.equal(fifth, true);
  });

  it("turns everybody away once it is closed", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter({ qps: 1, burst: 1 }, clock);
    await limiter.acquire();
    const waiting = limiter.acquire();
    limiter.close(new Error("closed"));
    await assert.rejects(waiting, /closed/);
    await assert.rejects(limiter.acquire(), /closed/);
    assert.equal(clock.pending(), 0);
  });

  it("keeps the process alive while callers wait, and no longer", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const limiter = createRateLimiter({ qps: 100, burst: 1 }, systemClock);
    await limiter.acquire();
    const before = timers();
    const waiting = limiter.acquire();
    assert.equal(timers(), before + 1);
    await waiting;
    assert.equal(timers(), before);
  });

  it("is off without a rate", async () => {
    const limiter = createRateLimiter({ qps: 0, burst: 1 }, createManualClock());
    for (let i = 0; i < 100; i++) await limiter.acquire();
  });

  it("never grants more than the burst and the rate allow, however the calls come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 40 }),
        async (qps, burst, pausesMs) => {
          const clock = createManualClock();
          const limiter = createRateLimiter({ qps, burst }, clock);
          const grantedAtMs: number[] = [];
          for (const pauseMs of pausesMs) {
            void limiter.acquire().then(() => grantedAtMs.push(clock.nowMs()));
            await settled();
            clock.advance(pauseMs);
            await settled();
          }
          for (const _ of pausesMs) {
            clock.advance(1000 / qps + 1);
            await settled();
          }
          assert.equal(grantedAtMs.length, pausesMs.length);
          for (const [index, atMs] of grantedAtMs.entries())
            assert.ok(index + 1 <= burst + (atMs / 1000) * qps + 1e-6, `${index + 1} grants by ${atMs} ms`);
        },
      ),
      { numRuns: 50 },
    );
  });
});
