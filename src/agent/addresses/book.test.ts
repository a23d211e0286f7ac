import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createManualClock, isHeddleError, silentLogger } from "../../base/index.ts";
import { type AddressBookOptions, openAddressBook } from "./book.ts";
import { type AddressBook, type Wanted } from "./model.ts";
import { address, bookFolder, key, link, pools, textsOf, wantedOf } from "./testing/samples.ts";

const restMs = 60_000;
const six = pools("10.0.0.0/29");
const dual = pools("10.0.0.0/24", "fd00::/64");
const wanted: Wanted = wantedOf(six);

const open = (path: string, options: Partial<AddressBookOptions> = {}, clock = createManualClock(1_000)): AddressBook =>
  openAddressBook({ clock, log: silentLogger }, { path, bootId: "boot-1", restMs, ...options });

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isHeddleError(error)) return error.code;
    throw error;
  }
  return "nothing was thrown";
};

describe("the address book", () => {
  it("gives one address of each pool, one after the other and never the gateway", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    assert.deepEqual(textsOf(book.reserve(key("a"), wantedOf(dual))), ["10.0.0.2", "fd00::2"]);
    assert.deepEqual(textsOf(book.reserve(key("b"), wantedOf(dual))), ["10.0.0.3", "fd00::3"]);
    assert.deepEqual(book.find(key("b"))?.addresses[0], {
      address: address("10.0.0.3"),
      bits: 24,
      gateway: address("10.0.0.1"),
    });
  });

  it("gives the same attachment the same again, and each interface of a pod its own", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    const first = book.reserve(key("a"), wanted);
    assert.equal(book.reserve(key("a"), wanted), first);
    assert.notDeepEqual(textsOf(book.reserve(key("a", "net1"), wanted)), textsOf(first));
  });

  it("learns whose an attachment is, and knows it when it is opened again", async () => {
    await using folder = await bookFolder();
    const pod = { namespace: "web", name: "api-0", uid: "u1" };
    {
      await using book = open(folder.path);
      book.reserve(key("a"), wanted);
      book.settle(key("a"));
      book.describe(key("a"), pod);
      book.describe(key("nobody"), pod);
      assert.deepEqual([book.find(key("a"))?.pod, book.find(key("a"))?.settled], [pod, true]);
    }
    await using book = open(folder.path);
    assert.deepEqual(
      book.attachments().map((one) => [one.key, one.pod, one.settled]),
      [[key("a"), pod, true]],
    );
  });

  it("lets an address rest before it gives it out again, while others are free", async () => {
    await using folder = await bookFolder();
    const clock = createManualClock(1_000);
    await using book = open(folder.path, {}, clock);
    const given: string[] = [];
    for (let round = 0; round < 4; round++) {
      given.push(...textsOf(book.reserve(key("a"), wanted)));
      book.release(key("a"));
    }
    assert.equal(new Set(given).size, 4);
    book.reserve(key("b"), wanted);
    // All others rest: the one that has rested longest is taken.
    assert.deepEqual(textsOf(book.reserve(key("c"), wanted)), given.slice(0, 1));
  });

  it("is used up when every address is held, and not before", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    const hasFree = (): readonly boolean[] => six.map((pool) => book.hasFree(pool));
    for (const name of "abcde") {
      assert.deepEqual(hasFree(), [true]);
      book.reserve(key(name), wanted);
    }
    assert.deepEqual(hasFree(), [false]);
    // What is held elsewhere counts for nothing here.
    book.reserve(key("g"), wantedOf(pools("10.9.0.0/24")));
    assert.deepEqual(hasFree(), [false]);
    assert.deepEqual(
      book.usage(six).map(({ held, resting, free }) => ({ held, resting, free })),
      [{ held: 5, resting: 0, free: 0n }],
    );
    assert.equal(
      codeOf(() => book.reserve(key("f"), wanted)),
      "HEDDLE_ADDRESSES_EXHAUSTED",
    );
    book.release(key("c"));
    assert.deepEqual(hasFree(), [true]);
    assert.deepEqual(textsOf(book.reserve(key("f"), wanted)), ["10.0.0.4"]);
  });

  it("takes the next range of a set when one is used up", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    const joined = wantedOf([pools("10.0.0.0/30", "10.0.1.0/30").flat()]);
    assert.deepEqual(
      ["a", "b"].flatMap((name) => textsOf(book.reserve(key(name), joined))),
      ["10.0.0.2", "10.0.1.2"],
    );
    assert.equal(
      codeOf(() => book.reserve(key("c"), joined)),
      "HEDDLE_ADDRESSES_EXHAUSTED",
    );
  });

  const asked = (...texts: readonly string[]): Wanted => ({ ...wantedOf(dual), asked: texts.map(address) });

  it("gives the addresses that are asked for, and others from where none is", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    assert.deepEqual(textsOf(book.reserve(key("a"), asked("fd00::77"))), ["10.0.0.2", "fd00::77"]);
    assert.deepEqual(textsOf(book.reserve(key("b"), asked("fd00::78", "10.0.0.9"))), ["10.0.0.9", "fd00::78"]);
  });

  it("refuses what is asked for in vain, and reserves nothing then", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    book.reserve(key("a"), asked("10.0.0.9"));
    for (const [texts, code] of [
      [["10.0.0.9"], "HEDDLE_ADDRESS_TAKEN"],
      [["10.0.1.9"], "HEDDLE_ADDRESS_OUTSIDE"],
      [["10.0.0.1"], "HEDDLE_ADDRESS_OUTSIDE"],
      [["10.0.0.20", "10.0.0.21"], "HEDDLE_ADDRESS_OUTSIDE"],
    ] as const)
      assert.equal(
        codeOf(() => book.reserve(key("b"), asked(...texts))),
        code,
        texts.join(),
      );
    assert.deepEqual(
      book.attachments().map(({ key: { containerId } }) => containerId),
      ["a"],
    );
  });

  it("knows after a restart what it knew before, resting addresses too", async () => {
    await using folder = await bookFolder();
    const clock = createManualClock(1_000);
    {
      await using book = open(folder.path, {}, clock);
      book.reserve(key("a"), { ...wanted, pod: { namespace: "web", name: "api-0", uid: "u1" } });
      book.settle(key("a"));
      book.reserve(key("b"), wanted);
      book.release(key("b"));
    }
    await using book = open(folder.path, {}, clock);
    assert.deepEqual(book.attachments(), [
      {
        key: key("a"),
        addresses: [{ address: address("10.0.0.2"), bits: 29, gateway: address("10.0.0.1") }],
        pod: { namespace: "web", name: "api-0", uid: "u1" },
        link,
        settled: true,
        reservedAtMs: 1_000,
      },
    ]);
    assert.deepEqual(textsOf(book.reserve(key("c"), wanted)), ["10.0.0.4"]);
  });

  it("drops what was attached before the machine was started anew", async () => {
    await using folder = await bookFolder();
    {
      await using book = open(folder.path);
      book.reserve(key("a"), wanted);
    }
    {
      await using book = open(folder.path, { bootId: "boot-2" });
      assert.deepEqual(book.attachments(), []);
      assert.deepEqual(book.state().droppedAtBoot.map(textsOf), [["10.0.0.2"]]);
      assert.deepEqual(textsOf(book.reserve(key("b"), wanted)), ["10.0.0.3"]);
    }
    await using book = open(folder.path, { bootId: "boot-2" });
    assert.deepEqual(book.state().droppedAtBoot, []);
  });

  it("takes in what the kernel holds, but for what another attachment has", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    const held = book.reserve(key("a"), wanted).addresses;
    const other = { address: address("10.0.0.6"), bits: 29, gateway: address("10.0.0.1") };
    assert.deepEqual(
      book.adopt({ key: key("b"), addresses: [...held, other], link, settled: true, reservedAtMs: 5 }),
      held,
    );
    assert.deepEqual(book.find(key("b"))?.addresses, [other]);
  });

  it("is one agent's alone", async () => {
    await using folder = await bookFolder();
    await using _first = open(folder.path);
    assert.equal(
      codeOf(() => open(folder.path)),
      "HEDDLE_AGENT_DATABASE_LOCKED",
    );
  });

  it("writes all of it anew, settled as it was, at the first write after its file was deleted", async () => {
    for (const write of ["reserve", "settle", "release", "tend"] as const) {
      await using folder = await bookFolder();
      let before: ReturnType<AddressBook["attachments"]> = [];
      {
        await using book = open(folder.path);
        for (const name of "abc") book.reserve(key(name), wanted);
        book.settle(key("a"));
        book.release(key("c"));
        rmSync(folder.path);
        if (write === "reserve") book.reserve(key("d"), wanted);
        if (write === "settle") book.settle(key("b"));
        if (write === "release") book.release(key("b"));
        if (write === "tend") assert.deepEqual([book.tend(), book.tend()], [true, false]);
        book.settle(key("b"));
        book.release(key("d"));
        before = book.attachments();
      }
      await using book = open(folder.path);
      assert.deepEqual(book.attachments(), before, write);
      assert.deepEqual(textsOf(book.attachments()[0] ?? { addresses: [] }), ["10.0.0.2"], write);
    }
  });

  it("keeps nothing of a new file that could not be filled, and begins it again", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    book.reserve(key("a"), wanted);
    rmSync(folder.path);
    mkdirSync(folder.path);
    writeFileSync(`${folder.path}-wal`, "");
    // In the way of the new file's name, where it cannot be set aside either.
    const aside = `${folder.path}.damaged-19700101T000001Z`;
    mkdirSync(`${aside}/full`, { recursive: true });
    assert.equal(
      codeOf(() => book.reserve(key("b"), wanted)),
      "HEDDLE_ADDRESSES_UNWRITABLE",
    );
    assert.equal(book.find(key("b")), undefined);
    rmSync(aside, { recursive: true });
    book.reserve(key("b"), wanted);
    assert.ok(statSync(folder.path).isFile());
    assert.ok(statSync(book.state().setAside ?? "").isDirectory());
  });

  it("is for its owner's eyes only", async () => {
    await using folder = await bookFolder();
    await using book = open(folder.path);
    book.reserve(key("a"), wanted);
    for (const name of readdirSync(folder.folder))
      assert.equal(statSync(`${folder.folder}/${name}`).mode & 0o077, 0, name);
  });
});
