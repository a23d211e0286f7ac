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
    const subscription = bus.subscribe({ signal: AbortSignal.timeout(60_000) })[Symbol.asyncIterator]();
    const first = subscription.next();
    bus.publish([recordOf(57), recordOf(58)]);
    const { value } = await first;
    assert.deepEqual(value, { type: "events", records: [recordOf(57), recordOf(58)] });
  });

  it("counts as missed nothing from before its time, whatever a subscriber asks for", async () => {
    const bus = createBus({ capacity: { events: 2 }, startsAfter: 1_795_000_000_000_000 });
    for (let place = 1; place <= 5; place++) bus.publish([recordOf(1_795_000_000_000_000 + place)]);
    const subscription = bus.subscribe({ after: 0, signal: AbortSignal.timeout(60_000) })[Symbol.asyncIterator]();
    const first = await subscription.next();
    assert.deepEqual(first.value, { type: "missed", from: 1, to: 1_795_000_000_000_003 });
    assert.equal(bus.stats().missed, 3);
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
