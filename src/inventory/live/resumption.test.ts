import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type RecordedObject } from "../../catalog/index.ts";
import { createLedger as createFollowerLedger } from "../../cluster/follow/reconcile.ts";
import { type Change, type KubeObject } from "../../model/index.ts";
import { recordOf } from "./ledger.ts";
import { createMemory } from "./memory.ts";
import { isAfter, isComparable } from "./resource-version.ts";
import { createResumption } from "./resumption.ts";

const resource = { group: "", version: "v1", kind: "ConfigMap" };
const objectAt = (name: string, uid: string, version: number): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", uid, resourceVersion: String(version) },
});

/** What happened to objects of three names: at each version one is made, changed, or goes. */
type Happening = Readonly<{ version: number; gone: boolean; object: KubeObject }>;

function historyOf(steps: readonly Readonly<{ name: number; goes: boolean }>[]): readonly Happening[] {
  const uids = new Map<string, string>();
  return steps.map(({ name: index, goes }, at) => {
    const [name, version] = [`n${index}`, at + 1];
    const known = uids.get(name);
    const gone = known !== undefined && goes;
    const uid = known ?? `${name}-${version}`;
    if (gone) uids.delete(name);
    else uids.set(name, uid);
    return { version, gone, object: objectAt(name, uid, version) };
  });
}

/** What there was after a version, by uid. */
function stateAt(history: readonly Happening[], version: number): Map<string, RecordedObject> {
  const state = new Map<string, RecordedObject>();
  for (const { gone, object } of history.filter((one) => one.version <= version)) {
    const record = recordOf(object);
    if (gone) state.delete(record.uid);
    else state.set(record.uid, record);
  }
  return state;
}

/** What is kept was gathered name by name while versions went from one to the other. */
function keptBetween(
  history: readonly Happening[],
  { from, to, seed }: Readonly<{ from: number; to: number; seed: number }>,
): readonly RecordedObject[] {
  return [0, 1, 2].flatMap((index) => {
    const lookedAt = from + ((seed * (index + 3)) % (to - from + 1));
    return [...stateAt(history, lookedAt).values()].filter(({ name }) => name === `n${index}`);
  });
}

type Case = Readonly<{
  history: readonly Happening[];
  toldTo: number;
  cursor: number;
  keptTo: number;
  seed: number;
  /** The watch has expired: everything is listed. */
  lists: boolean;
  batch: number;
}>;

/** Runs a whole resumption as a feed does, and answers what was news. */
function resume({ history, toldTo, cursor, keptTo, seed, lists, batch }: Case): readonly Change[] {
  const told = stateAt(history, toldTo);
  const memory = createMemory();
  const store = new Map<string, KubeObject>();
  const kept = keptBetween(history, { from: cursor, to: keptTo, seed });
  for (const record of kept) {
    memory.set(record);
    store.set(record.uid, objectAt(record.name, record.uid, Number(record.resourceVersion)));
  }
  const find = ({ uid }: RecordedObject): KubeObject | undefined => store.get(uid);
  const options = {
    resource,
    told: told.values(),
    toldTo: String(toldTo),
    keptTo: String(keptTo),
    kept,
    find,
  };
  const resumption = createResumption(options);
  const follower = createFollowerLedger({ resource, known: memory, complete: true });
  const news: Change[] = [];
  let over = false;
  const take = (): void => {
    const changes = follower.take();
    const digest = over ? { apply: changes, news: changes } : resumption.digest(changes);
    for (const { type, object } of digest.apply) {
      const { uid } = recordOf(object);
      if (type === "deleted") store.delete(uid);
      else store.set(uid, object);
    }
    news.push(...digest.news);
  };
  const settle = (): void => {
    if (!over) for (const digest of resumption.settle()) news.push(...digest.news);
    over = true;
  };
  const end = stateAt(history, history.length);
  if (lists) {
    follower.beginList();
    for (const { name, uid, resourceVersion } of end.values())
      follower.present(objectAt(name, uid, Number(resourceVersion)), "listed");
    follower.endList();
    take();
    settle();
  } else {
    let isFirst = true;
    for (const { version, gone, object } of history.slice(cursor)) {
      if (gone) follower.ended(object);
      else follower.present(object, "modified");
      if (version % batch !== 0) continue;
      // Where a watch stands is told with what came first, when the follower knows all of that already.
      if (isFirst && resumption.isOver(String(cursor))) settle();
      isFirst = false;
      take();
      if (!over && resumption.isOver(String(version))) settle();
    }
    if (isFirst && resumption.isOver(String(cursor))) settle();
    take();
    if (!over && resumption.isOver(String(history.length))) settle();
  }
  assert.ok(over, "it comes to an end");
  assert.deepEqual(new Set(store.keys()), new Set(end.keys()), "the store has what there is");
  return news;
}

const cases = fc
  .record({
    steps: fc.array(fc.record({ name: fc.nat(2), goes: fc.boolean() }), { minLength: 1, maxLength: 25 }),
    marks: fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000)),
    seed: fc.nat(1_000),
    lists: fc.boolean(),
    batch: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ steps, marks: [told, from, to], ...rest }): Case => {
    const history = historyOf(steps);
    const [toldTo, one, other] = [told, from, to].map((mark) => mark % (history.length + 1)) as [
      number,
      number,
      number,
    ];
    return { history, toldTo, cursor: Math.min(one, other), keptTo: Math.max(one, other), ...rest };
  });

describe("createResumption", () => {
  it("tells what was not told, and nothing again: whatever was told, kept and missed, by watch or by list", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { history, toldTo } = one;
        const heard = stateAt(history, toldTo);
        for (const change of resume(one)) {
          const record = recordOf(change.object);
          const isThere = heard.has(record.uid);
          assert.equal(isThere, change.type !== "created", `${change.type} ${record.uid} ${record.resourceVersion}`);
          if (change.type === "deleted") heard.delete(record.uid);
          else {
            const last = Math.max(toldTo, Number(heard.get(record.uid)?.resourceVersion ?? 0));
            assert.ok(Number(record.resourceVersion) > last, "no state is told again, or an older one");
            heard.set(record.uid, record);
          }
        }
        assert.deepEqual(new Map([...heard].sort()), new Map([...stateAt(history, history.length)].sort()));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("resourceVersions", () => {
  it("are compared as whole numbers of any length", () => {
    assert.ok(isAfter("10", "9"));
    assert.ok(isAfter("18446744073709551617", "18446744073709551616"));
    assert.ok(!isAfter("9", "9"));
    assert.ok(!isAfter("9", "10"));
  });

  it("are not compared when they are none", () => {
    assert.deepEqual(["1", "", "0", "01", "1a", "-1", undefined].map(isComparable), [
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
