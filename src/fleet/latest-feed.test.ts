import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLatestFeed } from "./latest-feed.ts";

const { signal } = new AbortController();

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("createLatestFeed", () => {
  it("begins with what is there, then tells what is new", async () => {
    const feed = createLatestFeed<string>();
    const all = collect(feed.follow(["a"], signal));
    feed.tell("b");
    feed.close();
    assert.deepEqual(await all, ["a", "b"]);
  });

  it("gives a key that was told often once to whoever comes late", async () => {
    const feed = createLatestFeed<string>();
    const iterator = feed.follow([], signal)[Symbol.asyncIterator]();
    const first = iterator.next();
    for (const key of ["a", "b", "a", "b", "b"]) feed.tell(key);
    assert.deepEqual(await first, { done: false, value: "a" });
    feed.close();
    assert.deepEqual(await iterator.next(), { done: false, value: "b" });
    assert.equal((await iterator.next()).done, true);
  });

  it("tells a key again when it has news after it was taken", async () => {
    const feed = createLatestFeed<string>();
    const iterator = feed.follow(["a"], signal)[Symbol.asyncIterator]();
    assert.equal((await iterator.next()).value, "a");
    feed.tell("a");
    assert.equal((await iterator.next()).value, "a");
  });

  it("ends with its signal, also while it waits", async () => {
    const controller = new AbortController();
    const all = collect(createLatestFeed<string>().follow([], controller.signal));
    controller.abort();
    assert.deepEqual(await all, []);
  });

  it("lets one follower be slow without another waiting", async () => {
    const feed = createLatestFeed<string>();
    const slow = feed.follow([], signal)[Symbol.asyncIterator]();
    const waiting = slow.next();
    const fast = collect(feed.follow([], signal));
    feed.tell("a");
    feed.tell("b");
    feed.close();
    assert.deepEqual(await fast, ["a", "b"]);
    assert.equal((await waiting).value, "a");
  });
});
