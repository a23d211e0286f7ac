import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { connect } from "./connections.ts";
import { migrate, type MigrationStep, versionOf } from "./migrate.ts";
import { schema } from "./schema.ts";

/** A step that nobody released: clusters get a colour. */
const nextStep: MigrationStep = { what: "colours", sql: "ALTER TABLE clusters ADD COLUMN colour TEXT DEFAULT 'grey'" };

const failingStep: MigrationStep = {
  what: "fails half-way",
  sql: "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)",
};

describe("migrations", () => {
  it("bring a file of every version to the newest, and keep what is in it", () => {
    const steps = [...schema, nextStep];
    for (let version = 0; version <= steps.length; version++) {
      using database = new DatabaseSync(":memory:");
      migrate(database, steps.slice(0, version));
      if (version > 0) database.exec("INSERT INTO clusters (id, uid) VALUES ('prod', 'a')");
      assert.equal(migrate(database, steps), version);
      assert.equal(versionOf(database), steps.length);
      const rows = database.prepare("SELECT id, uid, colour FROM clusters").all();
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        version > 0 ? [{ id: "prod", uid: "a", colour: "grey" }] : [],
      );
    }
  });

  it("do nothing to a file of the newest version", () => {
    using database = new DatabaseSync(":memory:");
    migrate(database, schema);
    const changes = database.prepare("SELECT total_changes() AS changes").get();
    assert.equal(migrate(database, schema), schema.length);
    assert.deepEqual(database.prepare("SELECT total_changes() AS changes").get(), changes);
  });

  it("leave the version before when a step fails, and nothing of that step", () => {
    using database = new DatabaseSync(":memory:");
    assert.throws(() => migrate(database, [...schema, failingStep]), /no such table: nowhere/);
    assert.equal(versionOf(database), schema.length);
    assert.equal(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").get(), undefined);
    assert.equal(migrate(database, [...schema, nextStep]), schema.length);
  });
});

describe("a file of a newer version", () => {
  it("is refused with both versions and a way out, and left as it is, even if it still stands in the write-ahead log", async () => {
    const folder = await mkdtemp(join(tmpdir(), "heddle-catalog-"));
    try {
      const newer = connect(folder, [...schema, nextStep]);
      const before = await readFile(join(folder, "catalog.db-wal"));
      assert.throws(
        () => connect(folder, schema),
        (error) =>
          isHeddleError(error, "HEDDLE_CATALOG_NEWER") &&
          error.message.includes(`has version ${schema.length + 1}, this Heddle knows up to ${schema.length}`) &&
          error.message.includes(folder),
      );
      assert.deepEqual(await readFile(join(folder, "catalog.db-wal")), before);
      newer.close();
      const database = await readFile(join(folder, "catalog.db"));
      assert.throws(
        () => connect(folder, schema),
        (error) => isHeddleError(error, "HEDDLE_CATALOG_NEWER"),
      );
      assert.deepEqual(await readFile(join(folder, "catalog.db")), database);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
