import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it, type TestContext } from "node:test";
import { sized } from "../../test/size.ts";
import { createSeededRandom, isHeddleError, silentLogger, systemClock } from "../base/index.ts";
import { openCatalog } from "./index.ts";
import { temporaryFolder } from "./testing/folder.ts";
import { batchOf, wholeBatchesIn } from "./testing/numbered-batches.ts";

const deps = { clock: systemClock, log: silentLogger };

type Recording = Readonly<{ child: ChildProcess; lines: AsyncIterableIterator<string>; exited: Promise<unknown> }>;

function startRecording(folder: string, first: number): Recording {
  const script = join(import.meta.dirname, "testing", "recording-process.ts");
  const child = spawn(process.execPath, [script, folder, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve) => void child.once("close", resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, lines, exited };
}

describe("a process that records and is killed", { timeout: 900_000 }, () => {
  for (let folder = 1; folder <= sized({ small: 1, full: 10 }); folder++) {
    it(`leaves a file that opens, with every batch that was said to be recorded, and none by half (folder ${folder})`, () =>
      killFiveTimes(folder));
  }
});

async function killFiveTimes(seed: number): Promise<void> {
  await using folder = await temporaryFolder();
  const random = createSeededRandom(seed);
  const acknowledged = new Set<number>();
  let before: ReadonlySet<number> = new Set();
  for (let kill = 1; kill <= 5; kill++) {
    const { child, lines, exited } = startRecording(folder.path, 1 + Math.max(0, ...before));
    const until = 1 + Math.floor(random() * 250);
    let count = 0;
    for await (const line of lines) {
      // What was printed before the end counts too.
      if (line !== "open") acknowledged.add(Number(line));
      if (count++ === until) child.kill("SIGKILL");
    }
    await exited;
    await using catalog = await openCatalog(deps, { folder: folder.path, limits: { events: 1e7, bytes: 1e10 } });
    assert.equal(catalog.stats().renewed, 0);
    const there = await wholeBatchesIn(catalog);
    for (const number of acknowledged) assert.ok(there.has(number), `batch ${number} is lost after kill ${kill}`);
    for (const number of before) assert.ok(there.has(number), `batch ${number} was there before kill ${kill}`);
    before = there;
  }
  assert.ok(acknowledged.size > 100);
}

describe("two processes on one folder", () => {
  it("the second is refused, told the first one's pid, and let in as soon as that is killed", async () => {
    await using folder = await temporaryFolder();
    const { child, lines, exited } = startRecording(folder.path, 1);
    try {
      assert.equal((await lines.next()).value, "open");
      await assert.rejects(
        openCatalog(deps, { folder: folder.path }),
        (error) =>
          isHeddleError(error, "HEDDLE_CATALOG_LOCKED") &&
          error.message.includes(folder.path) &&
          error.message.includes(`process ${child.pid}`),
      );
      // A kill is the end that leaves no time to unlock anything.
      child.kill("SIGKILL");
      await exited;
      await using catalog = await openCatalog(deps, { folder: folder.path });
      await wholeBatchesIn(catalog);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

const mount = (...args: readonly string[]): boolean => spawnSync("mount", args).status === 0;

describe("a disk of its own", () => {
  let disk: (AsyncDisposable & Readonly<{ path: string }>) | undefined;
  const megabytes = 16;

  const diskOr = (t: TestContext): string | undefined => {
    if (disk === undefined) t.skip("a small tmpfs could not be mounted: run as root, with CAP_SYS_ADMIN");
    return disk?.path;
  };

  before(async () => {
    const folder = await temporaryFolder();
    const made = mount("-t", "tmpfs", "-o", `size=${megabytes}m`, "heddle-catalog-test", folder.path);
    if (made) disk = folder;
    else await folder[Symbol.asyncDispose]();
  });

  after(async () => {
    if (disk === undefined) return;
    spawnSync("umount", ["--lazy", disk.path]);
    await disk[Symbol.asyncDispose]();
  });

  it("that is full fails each batch whole, as retryable, and goes on when there is room again", async (t) => {
    const path = diskOr(t);
    if (path === undefined) return;
    const folder = join(path, "data");
    const ballast = join(path, "ballast");
    await writeFile(ballast, Buffer.alloc(10 * 1024 * 1024));
    const recorded = new Set<number>();
    let failures = 0;
    {
      await using catalog = await openCatalog(deps, { folder, commitEveryMs: 0 });
      for (let number = 1; failures < 5; number++) {
        assert.ok(number < 10_000, "the disk does not fill");
        try {
          await catalog.record(batchOf(number, 1_000));
          recorded.add(number);
        } catch (error) {
          assert.ok(isHeddleError(error, "HEDDLE_CATALOG_WRITE_FAILED"), String(error));
          assert.equal(error.retryable, true);
          assert.ok(error.message.includes(folder));
          failures += 1;
        }
      }
      assert.deepEqual(await wholeBatchesIn(catalog), recorded);
      await rm(ballast);
      for (let number = 20_001; number < 20_004; number++) {
        await catalog.record(batchOf(number, 1_000));
        recorded.add(number);
      }
      assert.deepEqual(await wholeBatchesIn(catalog), recorded);
      assert.equal(catalog.stats().renewed, 0);
    }
    await using catalog = await openCatalog(deps, { folder });
    assert.deepEqual(await wholeBatchesIn(catalog), recorded);
    assert.equal(catalog.stats().renewed, 0);
  });
});

describe("a folder that may not be written", () => {
  it("is refused by a UsageError that names it", async (t) => {
    await using folder = await temporaryFolder();
    // Root may write every folder, but not one that is mounted read-only.
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) await chmod(folder.path, 0o500);
    else if (!mount("-t", "tmpfs", "-o", "ro", "heddle-catalog-test", folder.path)) {
      return t.skip("a read-only tmpfs could not be mounted: run with CAP_SYS_ADMIN, or not as root");
    }
    try {
      for (const refused of [folder.path, join(folder.path, "to-be-made")]) {
        await assert.rejects(
          openCatalog(deps, { folder: refused }),
          (error) => isHeddleError(error, "HEDDLE_CATALOG_FOLDER_UNUSABLE") && error.message.includes(refused),
        );
      }
    } finally {
      if (isRoot) spawnSync("umount", [folder.path]);
    }
  });
});
