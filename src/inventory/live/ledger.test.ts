import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type RecordedObject } from "../../catalog/index.ts";
import { type Change, type KubeObject } from "../../model/index.ts";
import { createLedger, type Digest, type LedgerOptions, recordOf } from "./ledger.ts";

const resource = { group: "", version: "v1", kind: "ConfigMap" };
const object = (name: string, uid: string, resourceVersion: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", uid, resourceVersion },
});
const listed = (name: string, uid: string, version: string): Change => ({
  type: "created",
  object: object(name, uid, version),
});
const recorded = (name: string, uid: string, version: string): RecordedObject => recordOf(object(name, uid, version));

const wordsOf = (changes: readonly Change[]): readonly string[] =>
  changes.map(
    ({ type, object: { metadata } }) => `${type} ${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`,
  );

function compare(
  options: Partial<LedgerOptions>,
  changes: readonly Change[],
): Readonly<Record<keyof Digest, readonly string[]>> {
  const ledger = createLedger({ resource, told: [], stored: [], ...options });
  const digests = [ledger.digest(changes), ledger.digest(ledger.end())];
  const all = (part: keyof Digest): readonly string[] => digests.flatMap((digest) => wordsOf(digest[part]));
  return { apply: all("apply"), news: all("news"), unrecorded: all("unrecorded") };
}

describe("createLedger", () => {
  it("tells of an object that was not told before that it was created", () => {
    assert.deepEqual(compare({}, [listed("a", "u1", "5")]).news, ["created a u1 5"]);
  });

  it("tells of an object that was told in another version that it was updated, and of the same version nothing", () => {
    const told = [recorded("a", "u1", "4"), recorded("b", "u2", "7")];
    const { apply, news, unrecorded } = compare({ told }, [listed("a", "u1", "5"), listed("b", "u2", "7")]);
    assert.deepEqual(news, ["updated a u1 5"]);
    assert.deepEqual(unrecorded, news);
    assert.equal(apply.length, 2, "the store hears of both");
  });

  it("tells of an object that was told and is not listed that it was deleted, nobody knows in which state", () => {
    assert.deepEqual(compare({ told: [recorded("a", "u1", "4")] }, []).news, ["deleted a u1 4"]);
  });

  it("tells of an object that was made again under the same name that it was deleted, then that it was created", () => {
    const { apply, news } = compare({ told: [recorded("a", "u1", "4")] }, [listed("a", "u2", "9")]);
    assert.deepEqual(news, ["deleted a u1 4", "created a u2 9"]);
    assert.deepEqual(apply, news);
  });

  it("tells nothing of a first sync, and records it all", () => {
    const { apply, news, unrecorded } = compare({ told: "nothing-yet" }, [listed("a", "u1", "5")]);
    assert.deepEqual([apply, news, unrecorded], [["created a u1 5"], [], ["created a u1 5"]]);
  });

  it("takes from the store what is not there any more, though nobody was told of it", () => {
    const { apply, news } = compare({ stored: [recorded("a", "u1", "4")] }, []);
    assert.deepEqual([apply, news], [["deleted a u1 4"], []]);
  });

  it("leaves subscribers and store with what the cluster has, whatever each knew before", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    // The name decides most of the uid: a name has one object at a time, and another after it was made again.
    const world = fc
      .uniqueArray(fc.record({ name, life: fc.nat(1), version: fc.nat(2) }), { selector: (one) => one.name })
      .map((all) => all.map((one) => object(one.name, `${one.name}-${one.life}`, `v${one.life}${one.version}`)));
    const property = fc.property(
      world,
      world,
      fc.array(world, { minLength: 1, maxLength: 4 }),
      (told, stored, worlds) => {
        const ledger = createLedger({ resource, told: told.map(recordOf), stored: stored.map(recordOf) });
        const [subscriber, store] = [createModel(told, "strict"), createModel(stored, "lenient")];
        const record = createModel(told, "lenient");
        const take = ({ apply, news, unrecorded }: Digest): void => {
          apply.forEach(store.take);
          news.forEach(subscriber.take);
          unrecorded.forEach(record.take);
        };
        for (const change of followerOf(worlds)) take(ledger.digest([change]));
        take(ledger.digest(ledger.end()));
        const expected = createModel(worlds.at(-1) ?? [], "strict").versions();
        assert.deepEqual(subscriber.versions(), expected, "who heard the news");
        assert.deepEqual(store.versions(), expected, "the store");
        assert.deepEqual(record.versions(), expected, "the catalog");
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });
});

/** What a follower tells that begins in the first world, and sees each of the others before its list is whole. */
function followerOf(worlds: readonly (readonly KubeObject[])[]): readonly Change[] {
  let before = new Map<string, KubeObject>();
  return worlds.flatMap((world) => {
    const now = new Map(world.map((one) => [recordOf(one).uid, one]));
    const gone = [...before].filter(([uid]) => !now.has(uid));
    const present = [...now];
    const changes: Change[] = [
      ...gone.map(([, one]): Change => ({ type: "deleted", object: one, finalState: "known" })),
      ...present.flatMap(([uid, one]): Change[] => {
        const known = before.get(uid);
        if (known?.metadata.resourceVersion === one.metadata.resourceVersion) return [];
        return [{ type: known === undefined ? "created" : "updated", object: one }];
      }),
    ];
    before = now;
    return changes;
  });
}

/** uid → version. A strict one believes no change that cannot be true. */
function createModel(initial: readonly KubeObject[], kind: "strict" | "lenient") {
  const held = new Map(initial.map((one) => [recordOf(one).uid, recordOf(one)]));
  return {
    take: ({ type, object: changed }: Change): void => {
      const record = recordOf(changed);
      if (kind === "strict") {
        assert.equal(held.has(record.uid), type !== "created", `${type} ${record.uid}`);
        const namesake = [...held.values()].find((one) => one.name === record.name && one.uid !== record.uid);
        assert.ok(type === "deleted" || namesake === undefined, `${record.name} is there twice`);
      }
      if (type === "deleted") held.delete(record.uid);
      else held.set(record.uid, record);
    },
    versions: () => [...held.values()].map((one) => `${one.uid} ${one.resourceVersion}`).toSorted(),
  };
}
