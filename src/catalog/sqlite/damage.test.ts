import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sized } from "../../../test/size.ts";
import { type Clock, isHeddleError, type Logger, silentLogger, systemClock } from "../../base/index.ts";
import { type Catalog } from "../model.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { eventOf, objectOf, pods, prod } from "../testing/samples.ts";
import { openCatalog } from "./open.ts";

/** Does what a server does with a catalog, and tells the newest sequence. */
async function use(catalog: Catalog): Promise<number> {
  const { last } = catalog.log.bounds();
  await catalog.clusters();
  await catalog.kinds(prod);
  try {
    await Array.fromAsync(catalog.objects(prod, pods));
  } catch (error) {
    if (!isHeddleError(error, "HEDDLE_CATALOG_RENEWED")) throw error;
  }
  await catalog.log.read(0, 10_000);
  await catalog.setCluster({ id: prod, uid: "a" });
  const [event] = await recordSome(catalog, 50);
  assert.ok((event?.sequence ?? 0) > last, "the sequence went back");
  assert.equal((await Array.fromAsync(catalog.objects(prod, pods))).flat().length >= 50, true);
  await catalog.dropKind(prod, pods);
  return catalog.log.bounds().last;
}

const recordSome = (catalog: Catalog, count: number) =>
  catalog.record({
    cluster: prod,
    kind: pods,
    objects: Array.from({ length: count }, (_, index) => ({ type: "present", object: objectOf(index) })),
    events: Array.from({ length: Math.min(count, 500) }, (_, index) => eventOf(index)),
    complete: true,
  });

/** The clock stands still, so that only what was read can tell where the sequence goes on. */
const clock: Clock = { ...systemClock, nowMs: () => 1_000 };

async function makeFolder(path: string, count: number): Promise<number> {
  await using catalog = await openCatalog({ clock, log: silentLogger }, { folder: path, commitEveryMs: 0 });
  await catalog.setCluster({ id: prod, uid: "a" });
  await recordSome(catalog, count);
  return catalog.log.bounds().last;
}

/** Other bytes at a place (a part of the length, as often in the header), or everything behind it cut off. */
const fault = fc.record({
  at: fc.oneof(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.double({ min: 0, max: 0.000_3, noNaN: true })),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  cut: fc.boolean(),
});

/** What SQLite itself takes for a file that may not be written, a wrong statement, an older file. */
const headerFaults = [
  [18, 3, /was damaged \(its header has the write version 3, where SQLite writes 2 at most\)/],
  [47, 5, /was damaged \(its header has the schema format 5, where SQLite writes 4 at most\)/],
  [62, 1, /was damaged \(its version is 258\)/],
  [60, 255, /was damaged \(its version is -\d+\)/],
  [63, 0, /was damaged \(it is not of version 0, as it says: table \w+ already exists\)/],
  [63, 1, /was damaged \(it is not of version 1, as it says: duplicate column name: \w+\)/],
] as const;

describe("a damaged file", () => {
  it("is never in the way, wherever the damage is: it is read as it was, or set aside and begun anew", async () => {
    await using folder = await temporaryFolder();
    const original = join(folder.path, "original");
    await makeFolder(original, 2_000);
    const sound = await readFile(join(original, "catalog.db"));
    let run = 0;
    let renewed = 0;
    const property = fc.asyncProperty(fault, async ({ at, bytes, cut }) => {
      const path = join(folder.path, `run-${run++}`);
      await mkdir(path);
      const place = Math.floor(at * sound.length);
      const damaged = cut ? sound.subarray(0, place) : Buffer.from(sound);
      if (!cut) damaged.set(bytes.subarray(0, sound.length - place), place);
      await writeFile(join(path, "catalog.db"), damaged);
      try {
        await using catalog = await openCatalog({ clock, log: silentLogger }, { folder: path, commitEveryMs: 0 });
        await use(catalog);
        renewed += catalog.stats().renewed;
      } catch (error) {
        // The version itself was hit: nobody can tell that from a newer file.
        if (!isHeddleError(error, "HEDDLE_CATALOG_NEWER")) throw error;
      }
    });
    await fc.assert(property, { numRuns: sized({ small: 40, full: 1_000 }) });
    assert.ok(renewed > 5, `only ${renewed} of ${run} were found damaged`);
  });

  for (const [at, value, words] of headerFaults)
    it(`is found by its header, where byte ${at} is ${value}`, async () => {
      await using folder = await temporaryFolder();
      await makeFolder(folder.path, 10);
      const file = join(folder.path, "catalog.db");
      const damaged = await readFile(file);
      damaged[at] = value;
      await writeFile(file, damaged);
      await using catalog = await openCatalog({ clock, log: silentLogger }, { folder: folder.path, commitEveryMs: 0 });
      assert.match(catalog.stats().notes.join(), words);
      await use(catalog);
    });

  it("is kept beside, told in the log and the notes, and its sequence is gone on with", async () => {
    await using folder = await temporaryFolder();
    const last = await makeFolder(folder.path, 2_000);
    const file = join(folder.path, "catalog.db");
    const damaged = await readFile(file);
    damaged.fill(0xff, damaged.length / 2);
    await writeFile(file, damaged);
    const told: string[] = [];
    const log: Logger = { ...silentLogger, warn: (_fields, message) => void told.push(message) };
    await using catalog = await openCatalog({ clock, log }, { folder: folder.path });
    const { renewed, notes, objects, events } = catalog.stats();
    assert.deepEqual({ renewed, objects, events }, { renewed: 1, objects: 0, events: 0 });
    assert.deepEqual(catalog.log.bounds(), { first: last + 1, last });
    assert.deepEqual(notes, told);
    assert.match(told.join(), /was damaged .* set aside as catalog\.db\.damaged-19700101T000001Z/);
    assert.deepEqual(await readFile(`${file}.damaged-19700101T000001Z`), damaged);
  });

  it("is found while it is open too, by reading and by writing, and what comes then is recorded", async () => {
    await using folder = await temporaryFolder();
    await makeFolder(folder.path, 20_000);
    const file = join(folder.path, "catalog.db");
    await using catalog = await openCatalog({ clock, log: silentLogger }, { folder: folder.path, commitEveryMs: 0 });
    const sound = await readFile(file);
    await writeFile(file, Buffer.concat([sound.subarray(0, 4_096), Buffer.alloc(sound.length - 4_096, 0xa5)]));
    const reading = Array.fromAsync(catalog.objects(prod, pods));
    await assert.rejects(reading, (error) => isHeddleError(error, "HEDDLE_CATALOG_RENEWED"));
    assert.deepEqual(await catalog.clusters(), []);
    await use(catalog);
    assert.equal(catalog.stats().renewed, 1);
  });

  it("is found where its rows contradict each other, though its structure is sound", async () => {
    await using folder = await temporaryFolder();
    await makeFolder(folder.path, 10);
    {
      using database = new DatabaseSync(join(folder.path, "catalog.db"));
      database.exec("INSERT INTO doomed SELECT kind FROM kinds");
    }
    await using catalog = await openCatalog({ clock, log: silentLogger }, { folder: folder.path, commitEveryMs: 0 });
    await catalog.dropKind(prod, pods);
    assert.equal(catalog.stats().renewed, 1);
    await use(catalog);
  });

  it("does not fill the disk when it happens again and again: the newest three are kept", async () => {
    await using folder = await temporaryFolder();
    const aside = join(folder.path, "sound");
    await makeFolder(aside, 10);
    const data = join(folder.path, "data");
    await mkdir(data);
    for (let time = 1; time <= 5; time++) {
      await copyFile(join(aside, "catalog.db"), join(data, "catalog.db"));
      await writeFile(
        join(data, "catalog.db"),
        "this is no database, though it is as long as the header of one: 100 bytes and more, so it is read",
      );
      const later = { ...clock, nowMs: () => time * 1_000 };
      await using catalog = await openCatalog({ clock: later, log: silentLogger }, { folder: data });
      assert.equal(catalog.stats().renewed, 1);
    }
    const kept = (await readdir(data)).filter((name) => name.includes("damaged"));
    assert.deepEqual(
      kept.toSorted(),
      [3, 4, 5].map((time) => `catalog.db.damaged-19700101T00000${time}Z`),
    );
  });
});
