import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Bus, type Delivery } from "../model.ts";
import { recordOf } from "./records.ts";

/** A bus to try, empty, that holds so many events; `startsAfter` is the newest sequence before its first. */
export type BusUnderTest = (options: Readonly<{ events: number; startsAfter: number }>) => Promise<Bus>;

const sequencesOf = (deliveries: readonly Delivery[]): readonly (number | string)[] =>
  deliveries.flatMap((one): readonly (number | string)[] =>
    one.type === "missed" ? [`missed ${one.from}-${one.to}`] : one.records.map(({ sequence }) => sequence),
  );

/** What every bus keeps to, whatever carries it. */
export function describeBus(name: string, create: BusUnderTest): void {
  describe(`a bus: ${name}`, () => {
    it("hands every event to every subscriber, in order", async () => {
      await using trial = await begin(create, { events: 100 });
      const [first, second] = [trial.listen(), trial.listen()];
      await trial.publish(1, 2, 3);
      assert.deepEqual(await first.take(3), [1, 2, 3]);
      assert.deepEqual(await second.take(3), [1, 2, 3]);
      await trial.publish(4);
      assert.deepEqual(await first.take(1), [4]);
    });

    it("begins with what is published after the subscription when nothing else is asked for", async () => {
      await using trial = await begin(create, { events: 100 });
      await trial.publish(1, 2);
      const late = trial.listen();
      await trial.publish(3);
      assert.deepEqual(await late.take(1), [3]);
    });

    it("begins after the sequence that is asked for, though it is no event's", async () => {
      await using trial = await begin(create, { events: 100 });
      await trial.publish(2, 4, 6);
      assert.deepEqual(await trial.listen(3).take(2), [4, 6]);
      const early = trial.listen(7);
      await trial.publish(7, 8);
      assert.deepEqual(await early.take(1), [8]);
    });

    it("tells who asks for what is no longer held which part that is, and goes on with the oldest held", async () => {
      await using trial = await begin(create, { events: 2 });
      await trial.publish(1, 2, 3, 4, 5);
      assert.deepEqual(await trial.listen(1).take(3), ["missed 2-3", 4, 5]);
      assert.deepEqual(await trial.listen(3).take(2), [4, 5]);
    });

    it("tells who asks for what came before its beginning that it never had that", async () => {
      await using trial = await begin(create, { events: 2, startsAfter: 7 });
      await trial.publish(8);
      assert.deepEqual(await trial.listen(5).take(2), ["missed 6-7", 8]);
      assert.deepEqual(await trial.listen(7).take(1), [8]);
    });

    it("does not wait for a subscriber that does not read, and tells it what it missed", async () => {
      await using trial = await begin(create, { events: 3 });
      const slow = trial.listen(0);
      await trial.publish(1);
      assert.deepEqual(await slow.take(1), [1]);
      for (let sequence = 2; sequence <= 1000; sequence++) await trial.publish(sequence);
      assert.deepEqual(await slow.take(4), ["missed 2-997", 998, 999, 1000]);
      assert.equal(trial.bus.stats().missed, 996);
      assert.ok(trial.bus.stats().held <= 3);
    });

    it("counts its subscribers, who end with their signal", async () => {
      await using trial = await begin(create, { events: 3 });
      const subscriber = trial.listen();
      const ended = subscriber.take(1);
      await trial.settle();
      assert.equal(trial.bus.stats().subscribers, 1);
      subscriber.stop();
      assert.deepEqual(await ended, []);
      assert.equal(trial.bus.stats().subscribers, 0);
    });

    it("ends every subscription when it is closed, after what was published", async () => {
      await using trial = await begin(create, { events: 3 });
      const subscriber = trial.listen(0);
      await trial.publish(1);
      trial.bus.close();
      assert.deepEqual(await subscriber.take(5), [1]);
    });

    it("gives every subscriber each event once, in order, or tells it of exactly the gap", async () => {
      const step = fc.oneof(
        fc.record({ publish: fc.integer({ min: 1, max: 9 }), hole: fc.integer({ min: 0, max: 2 }) }),
        fc.record({ read: fc.nat(2), deliveries: fc.integer({ min: 1, max: 3 }) }),
      );
      const rounds = fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(step), async (events, steps) => {
        await using trial = await begin(create, { events });
        const readers = [0, 1, 2].map(() => ({ listener: trial.listen(0), heard: [] as (number | string)[] }));
        const published: number[] = [];
        for (const one of steps) {
          if ("publish" in one) {
            const from = (published.at(-1) ?? 0) + 1 + one.hole;
            const more = Array.from({ length: one.publish }, (_, index) => from + index);
            published.push(...more);
            await trial.publish(...more);
          } else {
            const reader = readers[one.read];
            if (reader !== undefined) reader.heard.push(...(await reader.listener.poll(one.deliveries)));
          }
        }
        trial.bus.close();
        for (const { listener, heard } of readers) {
          heard.push(...(await listener.take(Infinity)));
          assertAccountsForAll(heard, published, events);
        }
      });
      await fc.assert(rounds, { numRuns: 200 });
    });
  });
}

/** Every event was heard, in order, or lies in a gap that was told where it is; no gap is told without a reason. */
function assertAccountsForAll(heard: readonly (number | string)[], published: readonly number[], held: number): void {
  let position = 0;
  const accounted: number[] = [];
  for (const one of heard) {
    if (typeof one === "number") accounted.push((position = one));
    else {
      const [from = NaN, to = NaN] = one.replace("missed ", "").split("-").map(Number);
      assert.equal(from, position + 1, "a gap begins where the subscriber stood");
      const lost = published.filter((sequence) => sequence >= from && sequence <= to);
      assert.equal(lost.at(-1), to, "a gap ends with the last event in it");
      assert.ok(published.filter((sequence) => sequence > to).length >= held, "what is still held is not lost");
      accounted.push(...lost);
      position = to;
    }
  }
  assert.deepEqual(accounted, published);
}

type Listener = Readonly<{
  /** So many events and gaps, or fewer when the subscription ends. */
  take(count: number): Promise<readonly (number | string)[]>;
  /** So many deliveries, fewer when there are none at once. */
  poll(deliveries: number): Promise<readonly (number | string)[]>;
  stop(): void;
}>;

async function begin(
  create: BusUnderTest,
  { events, startsAfter = 0 }: Readonly<{ events: number; startsAfter?: number }>,
) {
  const bus = await create({ events, startsAfter });
  const end = new AbortController();
  /** What is on its way may take a few turns of the event loop. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  };
  return {
    bus,
    settle,
    async publish(...sequences: readonly number[]) {
      bus.publish(sequences.map((sequence) => recordOf(sequence)));
    },
    listen: (after?: number): Listener => listenTo(bus, { after, signal: end.signal }),
    async [Symbol.asyncDispose]() {
      end.abort();
      bus.close();
    },
  };
}

function listenTo(bus: Bus, { after, signal }: Readonly<{ after: number | undefined; signal: AbortSignal }>): Listener {
  const stop = new AbortController();
  const iterator = bus.subscribe({ after, signal: AbortSignal.any([signal, stop.signal]) })[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<Delivery>> | undefined;
  const ask = (): Promise<IteratorResult<Delivery>> => (next ??= iterator.next());
  return {
    async take(count) {
      const heard: (number | string)[] = [];
      while (heard.length < count) {
        const { done, value } = await ask();
        next = undefined;
        if (done === true) break;
        heard.push(...sequencesOf([value]));
      }
      return heard;
    },
    async poll(deliveries) {
      const heard: (number | string)[] = [];
      for (let count = 0; count < deliveries; count++) {
        const nothing = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
        const result = await Promise.race([ask(), nothing]);
        if (result === undefined) break;
        next = undefined;
        if (result.done === true) break;
        heard.push(...sequencesOf([result.value]));
      }
      return heard;
    },
    stop: () => stop.abort(),
  };
}
