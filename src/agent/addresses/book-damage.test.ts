import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { createManualClock, silentLogger } from "../../base/index.ts";
import { openAddressBook } from "./book.ts";
import { type AddressBook } from "./model.ts";
import { bookFolder, key, pools, textsOf, wantedOf } from "./testing/samples.ts";

const wanted = wantedOf(pools("10.0.0.0/29"));

const open = (path: string): AddressBook =>
  openAddressBook({ clock: createManualClock(1_000), log: silentLogger }, { path, bootId: "boot-1" });

describe("an address book whose file is damaged", () => {
  it("sets a damaged file aside and begins anew", async () => {
    await using folder = await bookFolder();
    writeFileSync(folder.path, "this was never a database, whatever its name says ".repeat(100));
    await using book = open(folder.path);
    assert.match(book.state().setAside ?? "", /agent\.db\.damaged-19700101T000001Z$/);
    assert.ok(existsSync(book.state().setAside ?? ""));
    assert.deepEqual(textsOf(book.reserve(key("a"), wanted)), ["10.0.0.2"]);
  });

  it("sets a file aside whose rows make no sense to it", async () => {
    await using folder = await bookFolder();
    {
      await using book = open(folder.path);
      book.reserve(key("a"), wanted);
    }
    {
      using database = new DatabaseSync(folder.path);
      database.exec("UPDATE attachments SET link = 'no json'");
    }
    await using book = open(folder.path);
    assert.ok(existsSync(book.state().setAside ?? ""));
    assert.deepEqual(book.attachments(), []);
  });

  // What SQLite itself takes for a file that may not be written, a wrong statement, an older file.
  for (const [at, value] of [
    [18, 3],
    [47, 5],
    [60, 255],
    [62, 1],
    [63, 0],
  ] as const)
    it(`sets a file aside whose header has ${value} at byte ${at}`, async () => {
      await using folder = await bookFolder();
      {
        await using book = open(folder.path);
        book.reserve(key("a"), wanted);
      }
      const damaged = readFileSync(folder.path);
      damaged[at] = value;
      writeFileSync(folder.path, damaged);
      await using book = open(folder.path);
      assert.deepEqual(readFileSync(book.state().setAside ?? ""), damaged);
      assert.deepEqual(textsOf(book.reserve(key("b"), wanted)), ["10.0.0.2"]);
    });
});
