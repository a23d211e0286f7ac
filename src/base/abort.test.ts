import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { abortable, anySignal, isAbort } from "./abort.ts";

describe("abortable", () => {
  it("gives the work's outcome, or the reason of the abort when that comes first", async () => {
    const controller = new AbortController();
    assert.equal(await abortable(Promise.resolve(1), controller.signal), 1);
    const never = abortable(new Promise<never>(() => {}), controller.signal);
    controller.abort(new Error("stop"));
    await assert.rejects(never, /stop/);
  });
});

describe("abortable with a signal that has aborted already", () => {
  it("gives the reason, and work that fails later is not an unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", onUnhandled);
    try {
      const { promise, reject } = Promise.withResolvers<never>();
      await assert.rejects(abortable(promise, AbortSignal.abort(new Error("gone"))), /gone/);
      reject(new Error("late"));
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(unhandled, []);
    } finally {
      process.off("unhandledRejection", onUnhandled);
    }
  });
});

describe("isAbort", () => {
  it("knows the signal's reason and AbortErrors at any depth, and nothing else", () => {
    const controller = new AbortController();
    controller.abort();
    assert.ok(isAbort(controller.signal.reason, controller.signal));
    assert.ok(isAbort(new Error("outer", { cause: new DOMException("aborted", "AbortError") })));
    assert.ok(!isAbort(new Error("other"), controller.signal));
  });

  it("is raised by any of several signals", () => {
    const controller = new AbortController();
    const signal = anySignal(undefined, controller.signal);
    controller.abort();
    assert.ok(signal.aborted);
  });
});
