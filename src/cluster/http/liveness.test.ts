import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { keepAlive, type LivenessOptions } from "./liveness.ts";

function setUp(options: Partial<LivenessOptions> = {}) {
  const clock = createManualClock();
  const connection = Object.assign(new EventEmitter(), { bytesRead: 0 });
  const pingsAtMs: number[] = [];
  const cutsAtMs: number[] = [];
  const stop = keepAlive(connection as never, {
    clock,
    intervalMs: 15_000,
    ping: () => pingsAtMs.push(clock.nowMs()),
    cut: () => cutsAtMs.push(clock.nowMs()),
    ...options,
  });
  return { clock, connection, pingsAtMs, cutsAtMs, stop };
}

describe("keepAlive", () => {
  it("pings at every interval and leaves a peer alone that answers", () => {
    const { clock, connection, pingsAtMs, cutsAtMs } = setUp();
    for (let i = 0; i < 600; i++) {
      clock.advance(100);
      if (pingsAtMs.at(-1) === clock.nowMs() - 100) connection.bytesRead += 17;
    }
    assert.deepEqual(pingsAtMs, [0, 15_000, 30_000, 45_000, 60_000]);
    assert.deepEqual(cutsAtMs, []);
  });

  it("cuts a connection that falls silent within one and a half intervals and a check, and once", () => {
    for (const lastByteAtMs of [0, 1_000, 14_999]) {
      const { clock, connection, cutsAtMs } = setUp();
      clock.advance(lastByteAtMs);
      connection.bytesRead += 1;
      clock.advance(120_000);
      assert.equal(cutsAtMs.length, 1);
      assert.ok(cutsAtMs[0]! - lastByteAtMs <= 24_000, `${cutsAtMs[0]! - lastByteAtMs} ms`);
    }
  });

  it("does not take its own pause for the peer's silence", () => {
    let paused = true;
    const { clock, cutsAtMs } = setUp({ isPaused: () => paused });
    clock.advance(120_000);
    assert.deepEqual(cutsAtMs, []);
    paused = false;
    clock.advance(24_000);
    assert.equal(cutsAtMs.length, 1);
  });

  it("ends with the connection, by request, or does not begin with an interval of 0", () => {
    const closed = setUp();
    closed.connection.emit("close");
    const stopped = setUp();
    stopped.stop();
    for (const { clock } of [closed, stopped, setUp({ intervalMs: 0 })]) assert.equal(clock.pending(), 0);
  });
});
