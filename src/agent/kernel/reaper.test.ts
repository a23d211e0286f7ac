import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deleteGroup, getLinkAt, setGroup } from "./netlink/link.ts";
import { encodeMessage, type Message } from "./netlink/message.ts";
import { type NetlinkSocket, SystemRefusal } from "./netlink-socket.ts";
import { createReaper } from "./reaper.ts";

const group = 0x68646c;
const same = (a: Message, b: Message): boolean => Buffer.from(encodeMessage(a, 0)).equals(encodeMessage(b, 0));

/** A kernel with these links: what is in the group goes at once, and the caller is let go by `release`. */
function kernelWith(links: readonly number[], aside: "works" | "fails" = "works") {
  const present = new Set(links);
  const marked = new Set<number>();
  const deletions: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const gone = (): never => {
    throw new SystemRefusal("ENODEV", "ENODEV");
  };
  const sweep = (how: string): void => {
    deletions.push(`${how} ${[...marked].join(" ")}`);
    if (marked.size === 0) gone();
    for (const index of marked) present.delete(index);
    marked.clear();
  };
  const socket: NetlinkSocket = {
    ask(message) {
      if (same(message, deleteGroup(group))) sweep("here");
      for (const index of links) {
        const isAsked = same(message, getLinkAt(index)) || same(message, setGroup(index, group));
        if (isAsked && !present.has(index)) gone();
        if (same(message, setGroup(index, group))) marked.add(index);
      }
      return [];
    },
    async askAside() {
      await new Promise((resolve) => setImmediate(resolve));
      if (aside === "fails") throw new SystemRefusal("EIO", "cannot ask the kernel");
      sweep("aside");
      await released;
    },
    dump: () => [],
    commit: () => {},
    [Symbol.dispose]: () => {},
  };
  return { reaper: createReaper({ marks: socket, deletions: [socket] }), deletions, release, present };
}

describe("the reaper", () => {
  it("takes away together what was asked for together, and answers before the kernel lets go", async () => {
    const { reaper, deletions, present } = kernelWith([4, 5, 6]);
    await Promise.all([4, 5, 6].map((index) => reaper.reap(index)));
    assert.deepEqual(deletions, ["aside 4 5 6"]);
    assert.equal(present.size, 0);
  });

  it("keeps what comes meanwhile for the next time", async () => {
    const { reaper, deletions, release } = kernelWith([4, 5, 6]);
    await reaper.reap(4);
    const later = Promise.all([reaper.reap(5), reaper.reap(6)]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(deletions, ["aside 4"]);
    release();
    await later;
    assert.deepEqual(deletions, ["aside 4", "aside 5 6"]);
  });

  it("has nothing to do for a link that is gone", async () => {
    const { reaper, deletions, release } = kernelWith([4]);
    await reaper.reap(4);
    release();
    await reaper.reap(4);
    assert.deepEqual(deletions, ["aside 4"]);
  });

  it("gets through where the way beside fails", async () => {
    const { reaper, deletions, present } = kernelWith([4, 5], "fails");
    await Promise.all([4, 5].map((index) => reaper.reap(index)));
    assert.deepEqual(deletions, ["here 4 5"]);
    assert.equal(present.size, 0);
  });
});
