import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createManualClock, isHeddleError, silentLogger } from "../../base/index.ts";
import { openAddressBook } from "./book.ts";
import { bookFolder, key, pools, textsOf, wantedOf } from "./testing/samples.ts";

const mount = (...args: readonly string[]): boolean => spawnSync("mount", args).status === 0;

describe("the address book on a full disk", () => {
  it("refuses to reserve, takes every release, and writes them when there is room", async (t) => {
    await using folder = await bookFolder();
    if (!mount("-t", "tmpfs", "-o", "size=1m", "heddle-agent-test", folder.folder))
      return t.skip("a small tmpfs could not be mounted: run as root, with CAP_SYS_ADMIN");
    try {
      await fillAndEmpty(folder.path, join(folder.folder, "ballast"));
    } finally {
      spawnSync("umount", ["-l", folder.folder]);
    }
  });
});

async function fillAndEmpty(path: string, ballast: string): Promise<void> {
  const clock = createManualClock(1_000);
  const open = () => openAddressBook({ clock, log: silentLogger }, { path, bootId: "boot-1", retryMs: 5_000 });
  const wanted = wantedOf(pools("10.0.0.0/16"));
  {
    await using book = open();
    book.reserve(key("first"), wanted);
    fill(ballast);
    const reserved: string[] = [];
    const refused = (): unknown => {
      // The write-ahead log may have room left in its last page.
      for (let index = 0; index < 2_000; index++) {
        try {
          book.reserve(key(`pod-${index}`), wanted);
          reserved.push(`pod-${index}`);
        } catch (error) {
          return error;
        }
      }
      return undefined;
    };
    const error = refused();
    assert.ok(isHeddleError(error, "HEDDLE_ADDRESSES_UNWRITABLE") && error.retryable, String(error));
    assert.equal(book.attachments().length, reserved.length + 1);
    assert.deepEqual(textsOf(book.release(key("first")) ?? { addresses: [] }), ["10.0.0.2"]);
    assert.equal(book.state().unwritten, 1);
    rmSync(ballast);
    clock.advance(5_000);
    assert.equal(book.state().unwritten, 0);
    for (const name of reserved) book.release(key(name));
    book.reserve(key("last"), wanted);
  }
  await using book = open();
  assert.deepEqual(
    book.attachments().map(({ key: { containerId } }) => containerId),
    ["last"],
  );
}

/** Writes until nothing more fits. */
function fill(path: string): void {
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: "a" });
      } catch {
        break;
      }
    }
  }
}
