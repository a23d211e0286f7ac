import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type Clock, createManualClock, silentLogger, systemClock } from "../../base/index.ts";
import { createTexts, type Texts } from "../../catalog/index.ts";
import { type Change, type KubeObject, parseClusterId } from "../../model/index.ts";
import { until } from "../../../test/kube/index.ts";
import { type Store } from "../model.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { createKeeper, type KeeperOptions } from "./keeper.ts";
import { recordOf } from "./ledger.ts";
import { type Shelf } from "./shelf.ts";

const cluster = parseClusterId("prod");
const resource = resourceOf("v1", "ConfigMap");
const { signal } = new AbortController();

const objectOf = (index: number, version: number): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: `cm-${index}`, namespace: "default", uid: `u-${index}`, resourceVersion: `${version}` },
  data: { text: "x".repeat(500) },
});

/** A kind as a feed has it: what it applies is in the store, and noted. */
type Kind = AsyncDisposable & Readonly<{ store: Store; shelf: Shelf; apply(...changes: readonly Change[]): void }>;

function beginKind(texts: Texts, options: KeeperOptions = {}, clock: Clock = systemClock): Kind {
  const store = createStore({ clock });
  const keeper = createKeeper({ texts, store, clock, log: silentLogger }, options);
  const known = new Map<string, ReturnType<typeof recordOf>>();
  const shelf = keeper.shelf({ cluster, identity: "uid", resource, known: () => known.values() });
  return {
    store,
    shelf,
    apply(...changes) {
      store.apply(cluster, resource, changes);
      for (const { type, object } of changes) {
        if (type === "deleted") known.delete(recordOf(object).uid);
        else known.set(recordOf(object).uid, recordOf(object));
      }
      shelf.noted(changes);
    },
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}

const created = (index: number, version = 1): Change => ({ type: "created", object: objectOf(index, version) });
const deleted = (index: number): Change => ({ type: "deleted", object: objectOf(index, 1), finalState: "known" });

async function inTexts(use: (texts: Texts) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-keeper-"));
  try {
    await use(createTexts({ log: silentLogger }, { folder }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** "cm-1 7", of all that a later process would begin with, and where its watch would. */
async function restored(texts: Texts): Promise<readonly string[]> {
  await using kind = beginKind(texts);
  const found = await kind.shelf.restore(signal);
  const stored = (await kind.store.query({})).objects.map((one) => one.object());
  assert.deepEqual(
    stored.map(recordOf),
    (found?.objects ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
  return [...stored.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`), `at ${found?.cursor}`];
}

describe("createKeeper", () => {
  it("keeps a kind as it is at the end, and only what changed after that", () =>
    inTexts(async (texts) => {
      {
        await using kind = beginKind(texts);
        kind.apply(created(1), created(2), created(3));
        kind.shelf.reached("5");
      }
      assert.deepEqual(await restored(texts), ["cm-1 1", "cm-2 1", "cm-3 1", "at 5"]);
      {
        await using kind = beginKind(texts);
        const before = await kind.shelf.restore(signal);
        assert.equal(before?.objects.length, 3);
        kind.apply({ type: "updated", object: objectOf(2, 7) }, deleted(3), created(4, 8));
        kind.shelf.reached("8");
      }
      assert.deepEqual(await restored(texts), ["cm-1 1", "cm-2 7", "cm-4 8", "at 8"]);
    }));

  it("keeps it in the background too, again and again", () =>
    inTexts(async (texts) => {
      await using kind = beginKind(texts, { everyMs: 5 });
      for (let version = 1; version < 5; version++) {
        kind.apply(created(1, version));
        kind.shelf.reached(`${version}`);
        await until("it to be kept", async () => (await restored(texts)).join() === `cm-1 ${version},at ${version}`);
      }
    }));

  it("keeps nothing of a kind that is of no one moment, or is being listed anew", () =>
    inTexts(async (texts) => {
      {
        await using kind = beginKind(texts);
        kind.apply(created(1));
        kind.shelf.reached("5");
        kind.shelf.unsettled();
      }
      {
        await using kind = beginKind(texts);
        kind.shelf.reached("5");
        kind.shelf.anew();
      }
      assert.deepEqual(await restored(texts), ["at undefined"]);
    }));

  it("says that what is kept may be later than where the watch is, when it was gathered meanwhile", () =>
    inTexts(async (texts) => {
      {
        await using kind = beginKind(texts, { everyMs: 1 });
        for (let index = 0; index < 2_000; index++) kind.apply(created(index));
        kind.shelf.reached("5");
        // Changes come while all of it is gathered, in steps with pauses between.
        for (let version = 6; version < 60; version++) {
          await systemClock.sleep(1);
          kind.apply(created(version, version));
          kind.shelf.reached(`${version}`);
        }
      }
      await using kind = beginKind(texts);
      const found = await kind.shelf.restore(signal);
      assert.ok(found !== undefined);
      const latest = Math.max(...found.objects.map(({ resourceVersion }) => Number(resourceVersion)));
      assert.ok(latest <= Number(found.upTo), `${latest} is in it, it is said to be up to ${found.upTo}`);
    }));

  it("holds its end up no longer than it may, and keeps nothing by halves", () =>
    inTexts(async (texts) => {
      const kind = beginKind(texts, { lastMs: 20 });
      for (let index = 0; index < 20_000; index += 100)
        kind.apply(...Array.from({ length: 100 }, (_, step) => created(index + step)));
      kind.shelf.reached("5");
      await kind[Symbol.asyncDispose]();
      assert.deepEqual(await restored(texts), ["at undefined"]);
    }));

  it("tries a disk that takes nothing again after a while, and at the end", () =>
    inTexts(async (texts) => {
      const clock = createManualClock();
      let [tried, isFull] = [0, true];
      const full: Texts = {
        ...texts,
        of: (of) => ({
          ...texts.of(of),
          async write() {
            tried += 1;
            return !isFull;
          },
        }),
      };
      await using kind = beginKind(full, { everyMs: 1_000 }, clock);
      kind.apply(created(1));
      kind.shelf.reached("5");
      for (let seconds = 0; seconds < 150; seconds++) {
        clock.advance(1_000);
        await systemClock.sleep(0);
      }
      assert.equal(tried, 3);
      isFull = false;
      await kind[Symbol.asyncDispose]();
      assert.equal(tried, 4);
    }));

  it("leaves nothing of a kind in the store that cannot be read whole", () =>
    inTexts(async (texts) => {
      {
        await using kind = beginKind(texts);
        kind.apply(created(1));
        kind.shelf.reached("5");
      }
      const file = texts.of({ cluster, identity: "uid", kind: resource });
      const kept = await file.read(signal);
      assert.ok(kept !== undefined);
      const blocks = [];
      for await (const { bytes } of kept.blocks(signal)) blocks.push({ bytes, entries: 1 });
      const damaged = { bytes: Buffer.from("no block"), entries: 1 };
      assert.ok(await file.write({ whole: true, blocks: [...blocks, damaged], mark: () => kept }));
      assert.deepEqual(await restored(texts), ["at undefined"]);
    }));

  it("forgets a kind that is discarded", () =>
    inTexts(async (texts) => {
      {
        await using kind = beginKind(texts);
        kind.apply(created(1));
        kind.shelf.reached("5");
      }
      await using kind = beginKind(texts);
      await kind.shelf.restore(signal);
      kind.shelf.discard();
      await until("it to be gone", async () => (await restored(texts)).length === 1);
    }));
});
