import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { redrawingSizes, terminalSizes } from "./sizes.ts";

const terminal = (columns = 80, rows = 24) => Object.assign(new PassThrough(), { isTTY: true, columns, rows });

describe("terminalSizes", () => {
  it("tells the present size, then each that is another, until the signal", async () => {
    const stdout = terminal();
    const controller = new AbortController();
    const sizes = terminalSizes(stdout, controller.signal);
    assert.deepEqual((await sizes.next()).value, { columns: 80, rows: 24 });
    stdout.emit("resize");
    stdout.columns = 100;
    stdout.emit("resize");
    assert.deepEqual((await sizes.next()).value, { columns: 100, rows: 24 });
    const last = sizes.next();
    controller.abort();
    assert.equal((await last).done, true);
    assert.equal(stdout.listenerCount("resize"), 0);
  });

  it("misses no change that comes before it is asked again", async () => {
    const stdout = terminal();
    const controller = new AbortController();
    const sizes = terminalSizes(stdout, controller.signal);
    await sizes.next();
    stdout.rows = 30;
    stdout.emit("resize");
    assert.deepEqual((await sizes.next()).value, { columns: 80, rows: 30 });
    controller.abort();
  });

  it("tells none where the output is no terminal, or the signal has aborted before", async () => {
    const signal = new AbortController().signal;
    assert.equal((await terminalSizes(new PassThrough(), signal).next()).done, true);
    assert.equal((await terminalSizes(terminal(), AbortSignal.abort()).next()).done, true);
  });

  it("takes 80 by 24 for a terminal that does not say", async () => {
    const controller = new AbortController();
    const first = await terminalSizes(terminal(0, 0), controller.signal).next();
    assert.deepEqual(first.value, { columns: 80, rows: 24 });
    controller.abort();
  });
});

describe("redrawingSizes", () => {
  it("puts a greater size before the first", async () => {
    const told: string[] = [];
    const sizes = (async function* () {
      yield { columns: 80, rows: 24 };
      yield { columns: 100, rows: 30 };
    })();
    for await (const { columns, rows } of redrawingSizes(sizes)) told.push(`${columns}x${rows}`);
    assert.deepEqual(told, ["81x25", "80x24", "100x30"]);
  });
});
