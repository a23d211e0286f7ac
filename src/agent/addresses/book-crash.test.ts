import assert from "node:assert/strict";
import { copyFileSync, existsSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock, isHeddleError, silentLogger } from "../../base/index.ts";
import { sized } from "../../../test/size.ts";
import { openAddressBook } from "./book.ts";
import { type AddressBook } from "./model.ts";
import { bookFolder, key, pools, textsOf, wantedOf } from "./testing/samples.ts";

const five = pools("10.0.0.0/29");
const clock = createManualClock(1_000);

const open = (path: string): AddressBook => openAddressBook({ clock, log: silentLogger }, { path, bootId: "boot-1" });

type Step = Readonly<{ verb: "reserve" | "release" | "settle" | "crash" | "restart"; name: string }>;

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    verb: fc.constantFrom("reserve", "reserve", "reserve", "release", "release", "settle", "crash", "restart"),
    name: fc.constantFrom("a", "b", "c", "d", "e", "f", "g"),
  }),
  { maxLength: 60 },
);

/** A book and what must be in it: who holds which address. */
type Life = { path: string; book: AddressBook; readonly held: Map<string, string> };

describe("the address book, over crashes and restarts", () => {
  it("never gives an address twice and loses none", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        await using folder = await bookFolder();
        const life: Life = { path: folder.path, book: open(folder.path), held: new Map() };
        try {
          for (const step of sequence) {
            await live(life, step);
            const found = life.book.attachments().map((one) => [one.key.containerId, textsOf(one).join()] as const);
            assert.deepEqual(new Map(found), life.held);
            assert.equal(new Set(life.held.values()).size, life.held.size);
          }
        } finally {
          await life.book[Symbol.asyncDispose]();
        }
      }),
      { numRuns: sized({ small: 40, full: 1_000 }) },
    );
  });
});

async function live(life: Life, { verb, name }: Step): Promise<void> {
  const { book, held } = life;
  switch (verb) {
    case "reserve":
      return reserve(life, name);
    case "release":
      assert.equal(book.release(key(name)) !== undefined, held.delete(name));
      return;
    case "settle":
      book.settle(key(name));
      return;
    default: {
      const next = verb === "crash" ? leftBehind(life.path) : life.path;
      await book[Symbol.asyncDispose]();
      life.path = next;
      life.book = open(next);
    }
  }
}

function reserve({ book, held }: Life, name: string): void {
  const isFull = held.size === 5 && !held.has(name);
  try {
    held.set(name, textsOf(book.reserve(key(name), wantedOf(five))).join());
    assert.ok(!isFull, "a sixth of five addresses was given");
  } catch (error) {
    assert.ok(isFull && isHeddleError(error, "HEDDLE_ADDRESSES_EXHAUSTED"), String(error));
  }
}

/** What a process that is killed now leaves behind: the files as they are, under another name. */
function leftBehind(path: string): string {
  const next = `${path}x`;
  for (const suffix of ["", "-wal"]) if (existsSync(path + suffix)) copyFileSync(path + suffix, next + suffix);
  return next;
}
