import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSharedRun } from "./shared-run.ts";

type Run = { signal: AbortSignal; finish: (value: string) => void; fail: (error: Error) => void };

function recorded() {
  const runs: Run[] = [];
  const call = createSharedRun((signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    runs.push({ signal, finish: resolve, fail: reject });
    return promise;
  });
  return { runs, call };
}

describe("createSharedRun", () => {
  it("runs once for all who come meanwhile, and again afterwards", async () => {
    const { runs, call } = recorded();
    const both = Promise.all([call(), call()]);
    runs[0]?.finish("first");
    assert.deepEqual(await both, ["first", "first"]);
    const next = call();
    runs[1]?.finish("second");
    assert.equal(await next, "second");
    assert.equal(runs.length, 2);
  });

  it("gives a failure to all, and runs again afterwards", async () => {
    const { runs, call } = recorded();
    const both = Promise.allSettled([call(), call()]);
    runs[0]?.fail(new Error("no"));
    assert.deepEqual(
      (await both).map(({ status }) => status),
      ["rejected", "rejected"],
    );
    const next = call();
    runs[1]?.finish("yes");
    assert.equal(await next, "yes");
  });

  it("goes on when one of two callers leaves", async () => {
    const { runs, call } = recorded();
    const leaver = new AbortController();
    const leaving = call(leaver.signal);
    const staying = call();
    leaver.abort(new Error("left"));
    await assert.rejects(leaving, /left/);
    assert.equal(runs[0]?.signal.aborted, false);
    runs[0]?.finish("done");
    assert.equal(await staying, "done");
  });

  it("is aborted when the last caller leaves, and does not hold up the next", async () => {
    const { runs, call } = recorded();
    const leaver = new AbortController();
    const leaving = call(leaver.signal);
    leaver.abort(new Error("left"));
    await assert.rejects(leaving, /left/);
    assert.equal(runs[0]?.signal.aborted, true);
    const next = call();
    runs[1]?.finish("second");
    assert.equal(await next, "second");
    runs[0]?.fail(new Error("nobody listens"));
  });

  it("does not run for a caller who has left before", async () => {
    const { runs, call } = recorded();
    await assert.rejects(call(AbortSignal.abort(new Error("left"))), /left/);
    assert.equal(runs.length, 0);
  });
});
