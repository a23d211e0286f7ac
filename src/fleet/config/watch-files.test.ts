import assert from "node:assert/strict";
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { until } from "../../../test/kube/index.ts";
import { createManualClock, systemClock } from "../../base/index.ts";
import { watchFiles } from "./watch-files.ts";

const deps = { clock: systemClock };

describe("watchFiles", () => {
  let folder = "";
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-watch-"));
  });
  after(() => rm(folder, { recursive: true }));

  const newFolder = async (): Promise<string> => {
    const path = join(folder, `${count++}`);
    await mkdir(path);
    return path;
  };

  /** Follows the files, only by what the system tells; `told` waits for the next time, at most ten seconds. */
  const follow = async (paths: readonly string[]) => {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(60_000)]);
    const iterator = watchFiles(paths, deps, { signal, quietMs: 20, pollMs: 3_600_000 });
    const told = async (): Promise<void> => assert.equal((await iterator.next()).done, false, "nothing was told");
    await told();
    return { told, iterator, [Symbol.asyncDispose]: async () => controller.abort() };
  };

  const ways: Readonly<Record<string, (path: string) => Promise<void>>> = {
    "is written to": (path) => writeFile(path, "second"),
    "is appended to": (path) => appendFile(path, "second"),
    async "is replaced, as editors do"(path) {
      await writeFile(`${path}.tmp`, "first");
      await rename(`${path}.tmp`, path);
    },
    "is removed": unlink,
  };
  for (const [what, change] of Object.entries(ways)) {
    it(`tells when a file ${what}, each time`, async () => {
      const path = join(await newFolder(), "heddle.yaml");
      await writeFile(path, "first");
      await using following = await follow([path]);
      for (let round = 0; round < 3; round++) {
        const next = following.told();
        await change(path);
        await next;
        if (what !== "is removed") continue;
        const back = following.told();
        await writeFile(path, "back");
        await back;
      }
    });
  }

  it("tells when a mount of a ConfigMap swaps its ..data", async () => {
    const mount = await newFolder();
    const publish = async (version: string): Promise<void> => {
      await mkdir(join(mount, `..${version}`));
      await writeFile(join(mount, `..${version}`, "heddle.yaml"), version);
      await symlink(`..${version}`, join(mount, "..data_tmp"));
      await rename(join(mount, "..data_tmp"), join(mount, "..data"));
    };
    await publish("1");
    await symlink("..data/heddle.yaml", join(mount, "heddle.yaml"));
    await using following = await follow([join(mount, "heddle.yaml")]);
    for (const version of ["2", "3"]) {
      const next = following.told();
      await publish(version);
      await next;
      await rm(join(mount, `..${Number(version) - 1}`), { recursive: true });
    }
  });

  it("tells when the file changes that a link in another folder leads to", async () => {
    const [from, to] = [await newFolder(), await newFolder()];
    await writeFile(join(to, "real.yaml"), "first");
    await symlink(join(to, "real.yaml"), join(from, "heddle.yaml"));
    await using following = await follow([join(from, "heddle.yaml")]);
    const next = following.told();
    await writeFile(join(to, "real.yaml"), "second");
    await next;
  });

  it("tells several changes at once as one, and nothing of other files of the folder", async () => {
    const path = join(await newFolder(), "heddle.yaml");
    await writeFile(path, "first");
    await using following = await follow([path]);
    const next = following.told();
    for (let round = 0; round < 5; round++) await writeFile(path, `round ${round}`);
    await next;
    let again = false;
    const third = following.told().then(() => (again = true));
    for (let round = 0; round < 5; round++) await writeFile(`${path}.other`, `${round}`);
    assert.equal(again, false);
    await writeFile(path, "last");
    await third;
  });

  it("tells when a file comes into folders that were not there", async () => {
    const path = join(folder, "later", "still", "heddle.yaml");
    await using following = await follow([path]);
    const next = following.told();
    await mkdir(join(folder, "later", "still"), { recursive: true });
    await writeFile(path, "first");
    await next;
  });

  it("watches a folder anew that was replaced by another", async () => {
    const parent = await newFolder();
    const path = join(parent, "inner", "heddle.yaml");
    await mkdir(join(parent, "inner"));
    await writeFile(path, "first");
    await using following = await follow([path]);
    const replaced = following.told();
    await mkdir(join(parent, "other"));
    await writeFile(join(parent, "other", "heddle.yaml"), "other folder");
    await rename(join(parent, "inner"), join(parent, "old"));
    await rename(join(parent, "other"), join(parent, "inner"));
    await replaced;
    const next = following.told();
    await writeFile(path, "second");
    await next;
  });

  it("finds by looking what the system does not tell", async () => {
    const outer = await newFolder();
    const [first, second] = [join(outer, "first"), join(outer, "second")];
    await Promise.all([first, second].map((path) => mkdir(join(path, "inner"), { recursive: true })));
    await writeFile(join(first, "inner", "heddle.yaml"), "first");
    await writeFile(join(second, "inner", "heddle.yaml"), "second");
    await symlink(first, join(outer, "link"));
    // Neither the folder of the path nor that of the file stirs when a link above them is turned.
    const path = join(outer, "link", "inner", "heddle.yaml");
    const clock = createManualClock();
    const signal = AbortSignal.timeout(60_000);
    const following = watchFiles([path], { clock }, { signal, quietMs: 1, pollMs: 1_000 });
    await following.next();
    let told = false;
    const next = following.next().finally(() => (told = true));
    await until("it to wait", () => clock.pending() === 1, { everyMs: 1 });
    await symlink(second, join(outer, "link.tmp"));
    await rename(join(outer, "link.tmp"), join(outer, "link"));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    assert.equal(told, false);
    const look = (): boolean => {
      clock.advance(1_000);
      return told;
    };
    await until("it to be told", look, { everyMs: 1 });
    assert.equal((await next).done, false);
    await following.return(undefined);
  });

  it("ends with its signal, also while it waits", async () => {
    const controller = new AbortController();
    const iterator = watchFiles([join(folder, "none")], deps, { signal: controller.signal });
    await iterator.next();
    const last = iterator.next();
    controller.abort();
    assert.equal((await last).done, true);
  });
});
