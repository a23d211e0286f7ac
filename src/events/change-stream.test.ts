import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBus } from "./bus.ts";
import { createChangeStream } from "./change-stream.ts";
import { type Bus, type Delivery } from "./model.ts";
import { createTestLog, recordOf, type TestLog } from "./testing/records.ts";

const records = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => recordOf(from + index));

const wordsOf = (one: Delivery): readonly (number | string)[] =>
  one.type === "missed" ? [`missed ${one.from}-${one.to}`] : one.records.map(({ sequence }) => sequence);

/** Everything up to an event, or until nothing comes any more. */
async function hear(stream: AsyncIterable<Delivery>, last: number): Promise<readonly (number | string)[]> {
  const heard: (number | string)[] = [];
  for await (const delivery of stream) {
    heard.push(...wordsOf(delivery));
    if (heard.at(-1) === last) break;
  }
  return heard;
}

function begin(capacity: number, startsAfter?: number) {
  const log = createTestLog();
  const bus = createBus({ capacity: { events: capacity }, startsAfter });
  return { log, bus, stream: createChangeStream({ bus, log }), signal: AbortSignal.timeout(60_000) };
}

function tell({ log, bus }: Readonly<{ log: TestLog; bus: Bus }>, from: number, to: number): void {
  log.add(records(from, to));
  bus.publish(records(from, to));
}

describe("createChangeStream", () => {
  it("takes from the log what came before the bus, and goes on with the bus", async () => {
    const trial = begin(10);
    trial.log.add(records(1, 1_000));
    const heard = hear(trial.stream.follow({ after: 3, signal: trial.signal }), 1_002);
    await new Promise(setImmediate);
    tell(trial, 1_001, 1_002);
    assert.deepEqual(
      await heard,
      records(4, 1_002).map(({ sequence }) => sequence),
    );
  });

  it("begins from now when nothing else is asked for", async () => {
    const trial = begin(10);
    tell(trial, 1, 5);
    const heard = hear(trial.stream.follow({ signal: trial.signal }), 6);
    tell(trial, 6, 6);
    assert.deepEqual(await heard, [6]);
  });

  it("fills in from the log what the bus dropped, so that a slow reader misses nothing that the log holds", async () => {
    const trial = begin(2);
    const iterator = trial.stream.follow({ after: 0, signal: trial.signal })[Symbol.asyncIterator]();
    const first = iterator.next();
    tell(trial, 1, 1);
    assert.deepEqual((await first).value?.type, "events");
    tell(trial, 2, 600);
    const heard: (number | string)[] = [];
    while (heard.at(-1) !== 600) heard.push(...wordsOf((await iterator.next()).value));
    assert.deepEqual(
      heard,
      records(2, 600).map(({ sequence }) => sequence),
    );
  });

  it("tells exactly what neither holds any more", async () => {
    const trial = begin(2);
    tell(trial, 1, 10);
    trial.log.keep(4);
    assert.deepEqual(await hear(trial.stream.follow({ after: 2, signal: trial.signal }), 10), [
      "missed 3-6",
      7,
      8,
      9,
      10,
    ]);
  });

  it("tells that everything is missed to who comes with a sequence of another log", async () => {
    const trial = begin(10);
    tell(trial, 1, 3);
    const heard = hear(trial.stream.follow({ after: 4711, signal: trial.signal }), 4);
    await new Promise(setImmediate);
    tell(trial, 4, 4);
    assert.deepEqual(await heard, ["missed 1-3", 4]);
  });

  it("ends with its signal, and with the bus", async () => {
    const trial = begin(10);
    const stop = new AbortController();
    const aborted = hear(trial.stream.follow({ signal: stop.signal }), -1);
    const closed = hear(trial.stream.follow({ signal: trial.signal }), -1);
    stop.abort();
    assert.deepEqual(await aborted, []);
    trial.bus.close();
    assert.deepEqual(await closed, []);
  });
});
