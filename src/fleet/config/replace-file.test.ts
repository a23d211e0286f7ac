import assert from "node:assert/strict";
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readIfThere, replaceFile } from "./replace-file.ts";

describe("replaceFile", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-replace-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("keeps mode and owner, and leaves nothing else behind", async (t) => {
    const path = join(folder, "heddle.yaml");
    await writeFile(path, "old");
    await chmod(path, 0o640);
    const root = process.getuid?.() === 0;
    if (root) await chown(path, 12_345, 23_456);
    else t.diagnostic("without root the owner is one's own anyway");
    const earlier = await stat(path);
    await replaceFile(path, { before: "old", after: "new" });
    const { uid, gid, mode, ino } = await stat(path);
    assert.deepEqual([uid, gid, mode], [earlier.uid, earlier.gid, earlier.mode]);
    assert.notEqual(ino, earlier.ino);
    assert.equal(await readFile(path, "utf8"), "new");
    assert.deepEqual(await readdir(folder), ["heddle.yaml"]);
  });

  it("replaces what a symbolic link leads to, and not the link", async () => {
    const [inner, link] = [join(folder, "git"), join(folder, "link.yaml")];
    await mkdir(inner);
    await writeFile(join(inner, "real.yaml"), "old");
    await symlink("git/real.yaml", link);
    await replaceFile(link, { before: "old", after: "new" });
    assert.ok((await lstat(link)).isSymbolicLink());
    assert.equal(await readFile(join(inner, "real.yaml"), "utf8"), "new");
    assert.deepEqual(await readdir(inner), ["real.yaml"]);
  });

  it("makes a new file, and its folder, for its owner only", async () => {
    const path = join(folder, "data", "clusters.yaml");
    assert.equal(await readIfThere(path), undefined);
    await replaceFile(path, { before: undefined, after: "new" });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, "data"))).mode & 0o777, 0o700);
    assert.equal(await readIfThere(path), "new");
  });

  it("writes nothing over a change that someone else made", async () => {
    const path = join(folder, "busy.yaml");
    await writeFile(path, "theirs");
    for (const before of ["ours", undefined]) {
      await assert.rejects(replaceFile(path, { before, after: "new" }), {
        code: "HEDDLE_CONFIG_CHANGED",
        retryable: true,
        message: /busy\.yaml was changed by someone else/,
      });
    }
    assert.equal(await readFile(path, "utf8"), "theirs");
    assert.ok((await readdir(folder)).every((name) => !name.endsWith(".tmp")));
  });

  it("says so when the file cannot be written", async () => {
    await assert.rejects(replaceFile("/proc/heddle.yaml", { before: undefined, after: "" }), {
      code: "HEDDLE_CONFIG_NOT_WRITABLE",
      message: /^\/proc\/heddle\.yaml cannot be written: .*change it where it comes from/,
    });
    await assert.rejects(replaceFile(join(folder, "gone.yaml"), { before: "old", after: "" }), {
      code: "HEDDLE_CONFIG_NOT_WRITABLE",
    });
  });
});
