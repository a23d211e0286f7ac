import assert from "node:assert/strict";
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { isHeddleError, silentLogger, systemClock, UsageError } from "../../base/index.ts";
import { type Catalog } from "../model.ts";
import { describeCatalog } from "../testing/catalog-contract.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { eventOf, objectOf, pods, prod } from "../testing/samples.ts";
import { nextTurn } from "../turn.ts";
import { openCatalog } from "./open.ts";

const deps = { clock: systemClock, log: silentLogger };

describeCatalog("the catalog in SQLite", async (given, options) => {
  const folder = await temporaryFolder();
  const catalog = await openCatalog(given, { ...options, folder: folder.path, commitEveryMs: 0 });
  return {
    ...catalog,
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});

const recordOne = (catalog: Catalog, index: number) =>
  catalog.record({
    cluster: prod,
    kind: pods,
    objects: [{ type: "present", object: objectOf(index) }],
    events: [eventOf(index)],
    complete: true,
  });

async function until(holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < deadlineMs, "what was waited for did not come");
    await systemClock.sleep(1);
  }
}

describe("openCatalog", () => {
  it("keeps what clusters hold for its user alone, in a folder of others too", async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    await using catalog = await openCatalog(deps, { folder: folder.path, commitEveryMs: 0 });
    await recordOne(catalog, 1);
    for (const name of ["catalog.db", "catalog.db-wal", "catalog.db-shm"])
      assert.equal((await stat(join(folder.path, name))).mode & 0o777, 0o600, name);
  });

  it("makes the folder, and finds in it what was recorded before", async () => {
    await using folder = await temporaryFolder();
    const options = { folder: join(folder.path, "deep", "data"), commitEveryMs: 0 };
    const records = [];
    {
      await using catalog = await openCatalog(deps, options);
      await catalog.setCluster({ id: prod, uid: "a", syncedAtMs: 5 });
      records.push(...(await recordOne(catalog, 1)), ...(await recordOne(catalog, 2)));
    }
    await using catalog = await openCatalog(deps, options);
    assert.deepEqual(await catalog.clusters(), [{ id: prod, uid: "a", syncedAtMs: 5 }]);
    assert.deepEqual(await catalog.kinds(prod), [pods]);
    assert.deepEqual(await Array.fromAsync(catalog.objects(prod, pods)), [[objectOf(1), objectOf(2)]]);
    assert.deepEqual(await catalog.log.read(0, 10), records);
    const { objects, events, renewed, notes } = catalog.stats();
    assert.deepEqual({ objects, events, renewed, notes }, { objects: 2, events: 2, renewed: 0, notes: [] });
    assert.deepEqual(catalog.log.bounds(), { first: records[0]?.sequence, last: records[1]?.sequence });
  });

  it("goes on with the sequence after a log that was trimmed empty, whatever the clock says", async () => {
    await using folder = await temporaryFolder();
    const options = { folder: folder.path, commitEveryMs: 0, limits: { events: 0, bytes: 0 } };
    let last: number;
    {
      await using catalog = await openCatalog(deps, options);
      last = (await recordOne(catalog, 1))[0]?.sequence ?? 0;
    }
    const early = { ...deps, clock: { ...systemClock, nowMs: () => 0 } };
    await using catalog = await openCatalog(early, options);
    assert.deepEqual(catalog.log.bounds(), { first: last + 1, last });
    assert.equal((await recordOne(catalog, 2))[0]?.sequence, last + 1);
  });

  it("forgets a first list that was not whole when the process ended: nobody knows what vanished since", async () => {
    await using folder = await temporaryFolder();
    const options = { folder: folder.path, commitEveryMs: 0 };
    const objects = [{ type: "present", object: objectOf(1) } as const];
    {
      await using catalog = await openCatalog(deps, options);
      await catalog.record({ cluster: prod, kind: pods, objects, events: [] });
    }
    await using catalog = await openCatalog(deps, options);
    await catalog.record({ cluster: prod, kind: pods, objects: [], events: [], complete: true });
    assert.deepEqual(await Array.fromAsync(catalog.objects(prod, pods)), []);
  });

  it("trims in steps to limits that are narrower than before", async () => {
    await using folder = await temporaryFolder();
    const options = { folder: folder.path, commitEveryMs: 0 };
    const events = Array.from({ length: 3_000 }, (_, index) => eventOf(index));
    {
      await using catalog = await openCatalog(deps, options);
      await catalog.record({ cluster: prod, objects: [], events });
    }
    await using catalog = await openCatalog(deps, { ...options, limits: { events: 10, bytes: 1_000_000 } });
    await until(() => catalog.stats().events === 10);
    assert.equal((await catalog.log.read(0, 100)).length, 10);
  });

  it("sweeps what was dropped out of the file, after a restart too", async () => {
    await using folder = await temporaryFolder();
    const options = { folder: folder.path, commitEveryMs: 0 };
    {
      await using catalog = await openCatalog(deps, options);
      const objects = Array.from(
        { length: 5_000 },
        (_, index) => ({ type: "present", object: objectOf(index) }) as const,
      );
      await catalog.record({ cluster: prod, kind: pods, objects, events: [], complete: true });
      await catalog.dropCluster(prod);
      assert.equal(catalog.stats().objects, 0);
    }
    await using _catalog = await openCatalog(deps, options);
    using database = new DatabaseSync(join(folder.path, "catalog.db"), { readOnly: true });
    const rows = database.prepare("SELECT (SELECT count(*) FROM objects) + (SELECT count(*) FROM doomed) AS rows");
    await until(() => rows.get()?.["rows"] === 0);
  });

  it("lets the event loop turn while a large batch is recorded, and tells none of it before all of it", async () => {
    await using folder = await temporaryFolder();
    await using catalog = await openCatalog(deps, { folder: folder.path });
    const objects = Array.from(
      { length: 30_000 },
      (_, index) => ({ type: "present", object: objectOf(index) }) as const,
    );
    const seen = new Set<number>();
    let turns = 0;
    const stop = new AbortController();
    const watch = async (): Promise<void> => {
      for (; !stop.signal.aborted; turns++) {
        seen.add(catalog.stats().objects);
        seen.add((await Array.fromAsync(catalog.objects(prod, pods))).flat().length);
        await nextTurn();
      }
    };
    const recording = catalog.record({ cluster: prod, kind: pods, objects, events: [], complete: true });
    const watching = watch();
    await recording;
    stop.abort();
    await watching;
    assert.ok(turns > 3, `${turns} turns`);
    assert.deepEqual(
      [...seen].filter((count) => count !== 0 && count !== 30_000),
      [],
    );
    assert.equal(catalog.stats().objects, 30_000);
  });

  it("is refused for a folder that is open, by a UsageError that names the folder and the holder", async () => {
    await using folder = await temporaryFolder();
    {
      await using _catalog = await openCatalog(deps, { folder: folder.path });
      await assert.rejects(
        openCatalog(deps, { folder: folder.path }),
        (error) =>
          error instanceof UsageError &&
          isHeddleError(error, "HEDDLE_CATALOG_LOCKED") &&
          error.message.includes(folder.path) &&
          error.details["pid"] === process.pid,
      );
    }
    await using _again = await openCatalog(deps, { folder: folder.path });
  });

  it("is refused for what is no folder, by a UsageError that names it", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "file");
    await writeFile(path, "");
    await assert.rejects(
      openCatalog(deps, { folder: path }),
      (error) => isHeddleError(error, "HEDDLE_CATALOG_FOLDER_UNUSABLE") && error.message.includes(path),
    );
  });

  it("takes a lock file that is damaged for none", async () => {
    await using folder = await temporaryFolder();
    await writeFile(
      join(folder.path, "catalog.lock"),
      "no database, but long enough to be looked at as if it were one",
    );
    await using _catalog = await openCatalog(deps, { folder: folder.path });
    assert.ok((await readdir(folder.path)).includes("catalog.db"));
  });
});
