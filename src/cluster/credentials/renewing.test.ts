import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, type Logger, silentLogger } from "../../base/index.ts";
import { createRenewing, type Fresh } from "./renewing.ts";

type Step = Fresh<string> | Error;

/** Renews by taking `next`, and tells what `renew` was called with. */
function scripted(step: Step) {
  const clock = createManualClock(1_000_000);
  const warnings: object[] = [];
  const log: Logger = { ...silentLogger, warn: (fields) => void warnings.push(fields) };
  const script = { next: step, calls: [] as (string | undefined)[] };
  const renewing = createRenewing<string>(
    {
      description: "source",
      retryAfterMs: 5_000,
      async renew(kept) {
        script.calls.push(kept);
        if (script.next instanceof Error) throw script.next;
        return script.next;
      },
    },
    { env: {}, clock, log },
  );
  return { clock, script, renewing, warnings };
}

const forever = (value: string): Fresh<string> => ({ value, renewAfterMs: Infinity });

describe("createRenewing", () => {
  it("renews only when the time has come", async () => {
    const { clock, script, renewing } = scripted({ value: "a", renewAfterMs: 1_000 });
    assert.equal(await renewing.get(), "a");
    clock.advance(999);
    await renewing.get();
    assert.deepEqual(script.calls, [undefined]);
    clock.advance(1);
    script.next = forever("b");
    assert.equal(await renewing.get(), "b");
    assert.deepEqual(script.calls, [undefined, "a"]);
  });

  it("renews by its leeway before the value expires, on the wall's clock", async () => {
    const { clock, script, renewing } = scripted({ ...forever("a"), expiresAtMs: 1_060_000, leewayMs: 12_000 });
    await renewing.get();
    clock.advance(47_999);
    assert.equal(await renewing.get(), "a");
    script.next = forever("b");
    clock.advance(1);
    assert.equal(await renewing.get(), "b");
  });

  it("uses the old value while renewing fails, says so in the log, and tries again after a pause", async () => {
    const { clock, script, renewing, warnings } = scripted({
      ...forever("a"),
      expiresAtMs: 1_060_000,
      leewayMs: 30_000,
    });
    await renewing.get();
    clock.advance(30_000);
    script.next = new Error("down");
    assert.equal(await renewing.get(), "a");
    assert.equal(await renewing.get(), "a");
    assert.equal(script.calls.length, 2, "not asked twice within the pause");
    assert.deepEqual(warnings, [{ source: "source", error: "down" }]);
    clock.advance(5_000);
    script.next = forever("b");
    assert.equal(await renewing.get(), "b");
  });

  it("fails when the value has expired and renewing fails", async () => {
    const { clock, script, renewing } = scripted({ ...forever("a"), expiresAtMs: 1_060_000, leewayMs: 30_000 });
    await renewing.get();
    clock.advance(59_000);
    script.next = new Error("down");
    assert.equal(await renewing.get(), "a");
    clock.advance(1_000);
    await assert.rejects(renewing.get(), /down/);
    assert.equal(script.calls.length, 2, "the failure of a second ago is still the answer");
    clock.advance(4_000);
    await assert.rejects(renewing.get(), /down/);
    assert.deepEqual(script.calls, [undefined, "a", undefined]);
  });

  it("answers a failure again for a pause, then tries anew", async () => {
    const { clock, script, renewing } = scripted(new Error("down"));
    await assert.rejects(renewing.get(), /down/);
    script.next = forever("a");
    await assert.rejects(renewing.get(), /down/);
    clock.advance(5_000);
    assert.equal(await renewing.get(), "a");
    assert.equal(script.calls.length, 2);
  });

  it("renews after an invalidation, and does not fall back on the value that was refused", async () => {
    const { script, renewing } = scripted(forever("a"));
    await renewing.get();
    renewing.invalidate();
    script.next = new Error("down");
    await assert.rejects(renewing.get(), /down/);
    assert.deepEqual(script.calls, [undefined, undefined]);
  });

  it("ignores the refusal of a value that it has replaced already", async () => {
    const { script, renewing } = scripted(forever("a"));
    await renewing.get();
    renewing.invalidate((value) => value === "a");
    script.next = forever("b");
    await renewing.get();
    renewing.invalidate((value) => value === "a");
    assert.equal(await renewing.get(), "b");
    assert.equal(script.calls.length, 2);
  });

  it("asks once more when the value was invalidated while it was being renewed", async () => {
    const clock = createManualClock();
    const pending: ((fresh: Fresh<string>) => void)[] = [];
    const renewing = createRenewing<string>(
      { description: "source", retryAfterMs: 0, renew: () => new Promise((resolve) => pending.push(resolve)) },
      { env: {}, clock },
    );
    const first = renewing.get();
    pending[0]?.({ value: "a", renewAfterMs: 10 });
    await first;
    clock.advance(10);
    const early = renewing.get();
    renewing.invalidate();
    const late = renewing.get();
    pending[1]?.(forever("read before the invalidation"));
    assert.equal(await early, "read before the invalidation");
    pending[2]?.(forever("read after it"));
    assert.equal(await late, "read after it");
  });
});
