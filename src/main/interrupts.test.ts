import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { listenForInterrupts } from "./interrupts.ts";

/** Stands for the process: signals in, exit code out. */
function createSource() {
  const exits: number[] = [];
  return Object.assign(new EventEmitter(), {
    exits,
    exit: (code?: number | string | null): never => void exits.push(Number(code)) as never,
  });
}

describe("listenForInterrupts", () => {
  it("aborts on the first signal and ends with 128 and the signal's number", () => {
    const source = createSource();
    using interrupt = listenForInterrupts(source as never, createManualClock());
    assert.equal(interrupt.exitCode(1), 1);
    source.emit("SIGTERM", "SIGTERM");
    assert.ok(interrupt.signal.aborted);
    assert.equal(interrupt.exitCode(0), 143);
  });

  it("takes a signal that comes twice at once for one, and ends the process when it comes again", () => {
    const source = createSource();
    const clock = createManualClock();
    using _interrupt = listenForInterrupts(source as never, clock);
    source.emit("SIGINT", "SIGINT");
    source.emit("SIGINT", "SIGINT");
    assert.deepEqual(source.exits, []);
    clock.advance(1_000);
    source.emit("SIGINT", "SIGINT");
    assert.deepEqual(source.exits, [130]);
  });

  it("lets go of the process when disposed", () => {
    const source = createSource();
    listenForInterrupts(source as never, createManualClock())[Symbol.dispose]();
    assert.equal(source.listenerCount("SIGINT"), 0);
  });
});
