import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createBus } from "./bus.ts";
import { createChangeStream } from "./change-stream.ts";
import { type Delivery } from "./model.ts";
import { createTestLog, recordOf } from "./testing/records.ts";

/** One thing that happens to a log, its bus, and a reader of both. */
type Step =
  | Readonly<{ type: "record"; events: number; hole: number }>
  | Readonly<{ type: "publish" }>
  | Readonly<{ type: "forget"; keep: number }>
  | Readonly<{ type: "read"; deliveries: number }>;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("record" as const), events: fc.integer({ min: 1, max: 9 }), hole: fc.nat(2) }),
  fc.record({ type: fc.constant("publish" as const) }),
  fc.record({ type: fc.constant("forget" as const), keep: fc.nat(8) }),
  fc.record({ type: fc.constant("read" as const), deliveries: fc.integer({ min: 1, max: 3 }) }),
);

function begin(capacity: number) {
  const log = createTestLog();
  const bus = createBus({ capacity: { events: capacity } });
  const stream = createChangeStream({ bus, log }).follow({ after: 0, signal: AbortSignal.timeout(60_000) });
  const iterator = stream[Symbol.asyncIterator]();
  const recorded: number[] = [];
  const unpublished: number[] = [];
  const forgotten = new Set<number>();
  const heard: Delivery[] = [];
  let next: Promise<IteratorResult<Delivery>> | undefined;

  /** The next delivery; undefined when there is none now. */
  const read = async (patience: Promise<undefined>): Promise<Delivery | undefined> => {
    const result = await Promise.race([(next ??= iterator.next()), patience]);
    if (result === undefined) return undefined;
    next = undefined;
    if (result.done !== true) heard.push(result.value);
    return result.value;
  };
  const publish = (): void => bus.publish(unpublished.splice(0).map((sequence) => recordOf(sequence)));
  return {
    async do(one: Step): Promise<void> {
      if (one.type === "publish") publish();
      else if (one.type === "record") {
        const from = (recorded.at(-1) ?? 0) + 1 + one.hole;
        const more = Array.from({ length: one.events }, (_, index) => from + index);
        recorded.push(...more);
        unpublished.push(...more);
        log.add(more.map((sequence) => recordOf(sequence)));
      } else if (one.type === "forget") {
        log.keep(one.keep);
        for (const sequence of recorded) if (sequence < log.bounds().first) forgotten.add(sequence);
      } else {
        const patience = (): Promise<undefined> => new Promise((resolve) => setImmediate(() => resolve(undefined)));
        for (let count = 0; count < one.deliveries; count++) if ((await read(patience())) === undefined) return;
      }
    },
    async end(): Promise<void> {
      publish();
      bus.close();
      while ((await read(new Promise<undefined>(() => {}))) !== undefined);
    },
    recorded,
    forgotten,
    heard,
  };
}

describe("createChangeStream, whatever ring, log and reader hold", () => {
  it("gives each event once, in order, or tells of exactly the gap", async () => {
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(step), async (capacity, steps) => {
      const trial = begin(capacity);
      for (const one of steps) await trial.do(one);
      await trial.end();
      const lostIn = ({ from, to }: Readonly<{ from: number; to: number }>): readonly number[] =>
        trial.recorded.filter((sequence) => sequence >= from && sequence <= to);
      const gaps = trial.heard.filter((delivery) => delivery.type === "missed");
      for (const gap of gaps)
        assert.ok(
          lostIn(gap).every((sequence) => trial.forgotten.has(sequence)),
          `of ${gap.from}-${gap.to} the log held some all the while`,
        );
      assert.deepEqual(
        trial.heard.flatMap((one) => (one.type === "missed" ? lostIn(one) : one.records.map((r) => r.sequence))),
        trial.recorded,
      );
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
