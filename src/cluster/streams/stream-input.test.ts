import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { describe, it } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { pumpInput } from "./stream-input.ts";

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("pumpInput", () => {
  it("hands every byte on in order and tells the end after the last was taken", async () => {
    const received: string[] = [];
    const send = async (chunk: Uint8Array): Promise<void> => {
      await turn();
      received.push(Buffer.from(chunk).toString());
    };
    assert.equal(await pumpInput(Readable.from([Buffer.from("a"), "b", Buffer.from("c")]), send, never), "end");
    assert.equal(received.join(""), "abc");
  });

  it("reads no faster than chunks are taken", async () => {
    let made = 0;
    let taken = 0;
    const source = new Readable({
      highWaterMark: 2,
      read() {
        made += 1;
        this.push(made > 1_000 ? null : Buffer.from("x"));
      },
    });
    const send = async (): Promise<void> => {
      assert.ok(made - taken <= 5, `${made} read, ${taken} taken`);
      await turn();
      taken += 1;
    };
    assert.equal(await pumpInput(source, send, never), "end");
    assert.equal(taken, 1_000);
  });

  it("has one chunk on its way at a time", async () => {
    const source = new PassThrough();
    let underWay = 0;
    const send = async (): Promise<void> => {
      underWay += 1;
      assert.equal(underWay, 1);
      await turn();
      underWay -= 1;
    };
    const done = pumpInput(source, send, never);
    for (let i = 0; i < 20; i++) source.write("x");
    source.end();
    assert.equal(await done, "end");
  });

  it("leaves the source open, paused and without listeners when it is told to stop", async () => {
    const source = new PassThrough();
    const stop = new AbortController();
    const received: string[] = [];
    const done = pumpInput(source, async (chunk) => void received.push(Buffer.from(chunk).toString()), stop.signal);
    source.write("before");
    await turn();
    stop.abort();
    assert.equal(await done, "stopped");
    source.write("after");
    await turn();
    assert.deepEqual(received, ["before"]);
    assert.equal(source.destroyed, false);
    assert.equal(source.isPaused(), true);
    assert.equal(
      source.listenerCount("data") + source.listenerCount("error"),
      new PassThrough().listenerCount("error"),
    );
    assert.equal(String(source.read()), "after");
  });

  it("stops without an error of its own when the other side is gone", async () => {
    const source = new PassThrough();
    source.write("x");
    assert.equal(await pumpInput(source, () => Promise.reject(new Error("gone")), never), "stopped");
    assert.equal(source.destroyed, false);
  });

  it("rejects when the source fails: a part must not pass for the whole", async () => {
    const source = new PassThrough();
    const done = pumpInput(source, async () => {}, never);
    source.destroy(new Error("disk on fire"));
    await assert.rejects(
      done,
      (error) => isHeddleError(error, "HEDDLE_STREAM_INPUT") && /disk on fire/.test(error.message),
    );
  });

  it("rejects when the source was closed before its end", async () => {
    const source = new PassThrough();
    const done = pumpInput(source, async () => {}, never);
    source.destroy();
    await assert.rejects(done, (error) => isHeddleError(error, "HEDDLE_STREAM_INPUT"));
  });

  it("tells the end of a source that had ended before", async () => {
    const source = Readable.from([]);
    source.resume();
    await turn();
    await turn();
    assert.equal(source.readableEnded, true);
    assert.equal(await pumpInput(source, async () => {}, never), "end");
  });

  it("reads a source that was paused by its owner", async () => {
    const source = new PassThrough();
    source.pause();
    source.end("x");
    let received = "";
    assert.equal(await pumpInput(source, async (chunk) => void (received += Buffer.from(chunk)), never), "end");
    assert.equal(received, "x");
  });
});
