import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createQueue } from "./queue.ts";

describe("createQueue", () => {
  it("hands over every item in order, whatever the capacity and the number of producers' turns", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer()), fc.integer({ min: 1, max: 5 }), async (items, capacity) => {
        const queue = createQueue<number>(capacity);
        const produced = (async () => {
          for (const item of items) await queue.push(item);
          queue.close();
        })();
        const received: number[] = [];
        for await (const item of queue) {
          assert.ok(queue.size() <= capacity);
          received.push(item);
        }
        await produced;
        assert.deepEqual(received, items);
      }),
    );
  });

  it("makes a producer wait while it is full", async () => {
    const queue = createQueue<number>(1);
    await queue.push(1);
    let pushed = false;
    const second = queue.push(2).then(() => (pushed = true));
    await Promise.resolve();
    assert.equal(pushed, false);
    assert.deepEqual(await queue.next(), { done: false, value: 1 });
    await second;
    assert.equal(pushed, true);
  });

  it("gives what is queued before the error it was closed with, and refuses later items", async () => {
    const queue = createQueue<number>(4);
    await queue.push(1);
    queue.close(new Error("broken"));
    assert.equal(await queue.push(2), false);
    assert.equal((await queue.next()).value, 1);
    await assert.rejects(queue.next(), /broken/);
  });

  it("frees waiting producers when the consumer leaves early", async () => {
    const queue = createQueue<number>(1);
    await queue.push(1);
    const waiting = queue.push(2);
    for await (const _item of queue) break;
    await waiting;
    assert.equal(await queue.push(3), false);
  });
});
