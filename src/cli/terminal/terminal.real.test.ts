import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { cooked, openPty, ptyMissing, raw } from "./testing/pty.ts";

const skip = ptyMissing() ?? false;

const session = (...words: readonly string[]) =>
  openPty([process.execPath, join(import.meta.dirname, "testing/session.ts"), ...words]);

describe("a session on a real terminal", { skip }, () => {
  it("hands every key through, unseen, and gives the exit code and the terminal back", async () => {
    await using terminal = session("ends");
    await terminal.shows("<begun>");
    assert.deepEqual(await terminal.modes(), raw);
    terminal.type("a\u0003\u0004\u001aq");
    // Ctrl-C, Ctrl-D and Ctrl-Z are the container's; what was typed is not shown by the terminal itself.
    await terminal.shows("<61><03><04><1a><71>");
    assert.deepEqual(await terminal.ended(), { exit: 7, modes: cooked });
    assert.doesNotMatch(terminal.shown().replaceAll(/<\w+>/g, ""), /[aq^]/);
  });

  it("tells the terminal's size and each change", async () => {
    await using terminal = session("ends");
    await terminal.shows("<80x24>");
    terminal.resize({ columns: 100, rows: 50 });
    await terminal.shows("<100x50>");
    terminal.resize({ columns: 132, rows: 43 });
    await terminal.shows("<132x43>");
    terminal.type("q");
    assert.equal((await terminal.ended()).exit, 7);
  });

  it("makes a program that is joined draw itself anew", async () => {
    await using terminal = session("ends", "joining");
    await terminal.shows("<81x25><80x24>");
    terminal.type("q");
    assert.equal((await terminal.ended()).exit, 7);
  });

  for (const [way, exit] of [
    ["fails", 3],
    ["exits", 9],
    ["throws", 1],
  ] as const)
    it(`gives the terminal back when the session ${way}`, async () => {
      await using terminal = session(way);
      await terminal.shows("<begun>");
      assert.deepEqual(await terminal.modes(), raw);
      terminal.type("q");
      assert.deepEqual(await terminal.ended(), { exit, modes: cooked });
    });

  for (const [name, number] of [
    ["SIGTERM", 15],
    ["SIGINT", 2],
  ] as const)
    it(`gives the terminal back when the process ends by ${name}`, async () => {
      await using terminal = session("ends");
      await terminal.shows("<begun>");
      terminal.signal(name);
      assert.deepEqual(await terminal.ended(), { exit: -number, modes: cooked });
    });
});
