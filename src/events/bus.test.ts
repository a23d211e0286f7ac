import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBus } from "./bus.ts";
import { describeBus } from "./testing/bus-contract.ts";
import { recordOf } from "./testing/records.ts";

describeBus("in memory", async ({ events, startsAfter }) => createBus({ capacity: { events }, startsAfter }));

describe("createBus", () => {
  it("holds no more bytes than it is given, and always the newest event", () => {
    const bus = createBus({ capacity: { bytes: 10_000 } });
    for (let sequence = 1; sequence <= 100; sequence++) bus.publish([recordOf(sequence, 1_000)]);
    assert.ok(bus.stats().heldBytes <= 10_000);
    assert.ok(bus.stats().held >= 5);
    bus.publish([recordOf(101, 50_000)]);
    assert.equal(bus.stats().held, 1);
  });

  it("gives who subscribes before the first event all of them, though nobody said what its sequence would be", async () => {
    const bus = createBus();
    const subscription = bus.subscribe({ signal: AbortSignal.timeout(5_000) })[Symbol.asyncIterator]();
    const first = subscription.next();
    bus.publish([recordOf(57), recordOf(58)]);
    const { value } = await first;
    assert.deepEqual(value, { type: "events", records: [recordOf(57), recordOf(58)] });
  });

  it("leaves nothing behind for a subscriber that waited long and left", async () => {
    const bus = createBus();
    const stop = new AbortController();
    const subscription = bus.subscribe({ signal: stop.signal })[Symbol.asyncIterator]();
    for (let sequence = 1; sequence <= 50; sequence++) {
      const next = subscription.next();
      bus.publish([recordOf(sequence)]);
      await next;
    }
    stop.abort();
    assert.equal((await subscription.next()).done, true);
    assert.equal(bus.stats().subscribers, 0);
  });
});
