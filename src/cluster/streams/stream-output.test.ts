import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, it } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { createOutput } from "./stream-output.ts";

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const isOutputError = (error: unknown): boolean => isHeddleError(error, "HEDDLE_STREAM_OUTPUT");

describe("createOutput", () => {
  it("waits while the target is full", async () => {
    const release: (() => void)[] = [];
    const target = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void release.push(done) });
    using output = createOutput(target);
    let written = false;
    const writing = output.write(Buffer.from("xy")).then(() => (written = true));
    await turn();
    assert.equal(written, false);
    release.shift()?.();
    await writing;
    assert.equal(target.writableLength, 0);
  });

  it("does not wait for a target that has room", async () => {
    const target = new Writable({ highWaterMark: 100, write: () => {} });
    using output = createOutput(target);
    await output.write(Buffer.from("x"));
    await output.write(Buffer.from("y"));
    assert.equal(target.writableLength, 2);
  });

  it("flushes: everything that was written has been taken", async () => {
    const taken: string[] = [];
    const target = new Writable({
      write(chunk, _encoding, done) {
        setImmediate(() => {
          taken.push(String(chunk));
          done();
        });
      },
    });
    using output = createOutput(target);
    for (const text of ["a", "b", "c"]) await output.write(Buffer.from(text));
    await output.flush();
    assert.deepEqual(taken, ["a", "b", "c"]);
  });

  it("rejects when the target fails, and the process lives on", async () => {
    const target = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
    {
      using output = createOutput(target);
      await assert.rejects(output.write(Buffer.from("xy")), isOutputError);
    }
    await turn();
  });

  it("rejects when the target was destroyed or ended by its owner", async () => {
    const destroyed = new Writable({ write: (_chunk, _encoding, done) => done() });
    destroyed.destroy();
    using first = createOutput(destroyed);
    await assert.rejects(first.write(Buffer.from("x")), isOutputError);

    const ended = new Writable({ write: (_chunk, _encoding, done) => done() });
    ended.end();
    using second = createOutput(ended);
    await assert.rejects(second.write(Buffer.from("x")), isOutputError);
    await turn();
    assert.equal(ended.errored, null);
  });

  it("neither ends the target nor leaves a listener on it", async () => {
    const target = new Writable({ write: (_chunk, _encoding, done) => done() });
    {
      using output = createOutput(target);
      await output.write(Buffer.from("x"));
      await output.flush();
    }
    assert.equal(target.writableEnded, false);
    assert.equal(target.listenerCount("error"), 0);
  });

  it("drops everything where there is no target", async () => {
    using output = createOutput(undefined);
    await output.write(Buffer.from("x"));
    await output.flush();
  });
});
