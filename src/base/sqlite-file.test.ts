import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it, type TestContext } from "node:test";
import { contradictsSchema, headerFaultOf, isNoVersion, sqliteCodeOf } from "./sqlite-file.ts";

function newFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-sqlite-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "a.db");
  using database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE a (b TEXT) STRICT");
  return path;
}

describe("a database file's header", () => {
  it("has no fault as SQLite writes it, nor has what is no database at all", (t) => {
    const path = newFile(t);
    assert.equal(headerFaultOf(path), undefined);
    writeFileSync(path, "");
    assert.equal(headerFaultOf(path), undefined);
  });

  for (const [at, words] of [
    [18, "the write version 3, where SQLite writes 2 at most"],
    [19, "the read version 3, where SQLite writes 2 at most"],
    [46, /the schema format 7\d\d, where SQLite writes 4 at most/],
  ] as const)
    it(`has one where byte ${at} is of no SQLite`, (t) => {
      const path = newFile(t);
      const bytes = readFileSync(path);
      bytes[at] = 3;
      writeFileSync(path, bytes);
      const fault = headerFaultOf(path) ?? "";
      if (typeof words === "string") assert.ok(fault.endsWith(words), fault);
      else assert.match(fault, words);
    });
});

describe("a version of a file", () => {
  it("may be a newer Heddle's, and none that no Heddle will reach", () => {
    for (const found of [0, 1, 2, 3, 102]) assert.ok(!isNoVersion(found, 2), String(found));
    for (const found of [-1, 103, 258, 1 << 24]) assert.ok(isNoVersion(found, 2), String(found));
  });
});

describe("an error of SQLite's", () => {
  it("has a code, and tells a step that does not fit the file from one that is wrong itself", (t) => {
    using database = new DatabaseSync(newFile(t));
    const errorOf = (sql: string): unknown => {
      try {
        return database.exec(sql);
      } catch (error) {
        return error;
      }
    };
    assert.equal(sqliteCodeOf(errorOf("CREATE TABLE a (b)")), 1);
    for (const sql of ["CREATE TABLE a (b)", "ALTER TABLE a ADD COLUMN b TEXT", "ALTER TABLE z ADD COLUMN b TEXT"])
      assert.ok(contradictsSchema(errorOf(sql)), sql);
    for (const sql of ["ALTER TABLE a ADD COLUMN c TEXT NOT NULL", "SELECT json('no')", "INSERT INTO a VALUES (x'00')"])
      assert.ok(!contradictsSchema(errorOf(sql)), sql);
    assert.equal(sqliteCodeOf(new Error("any other")), undefined);
  });
});
