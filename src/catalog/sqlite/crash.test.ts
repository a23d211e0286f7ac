import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { sized } from "../../../test/size.ts";
import { createManualClock, silentLogger } from "../../base/index.ts";
import { type ClusterId, parseClusterId } from "../../model/index.ts";
import { createMemoryCatalog } from "../memory.ts";
import { type Catalog, type RecordedKind } from "../model.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { eventOf, objectOf, pods, services } from "../testing/samples.ts";
import { openCatalog } from "./open.ts";

const clusters = ["prod", "staging"].map(parseClusterId);
const kinds = [pods, services];
const limits = { events: 8, bytes: 100_000 };

type Change =
  | Readonly<{ type: "record"; cluster: ClusterId; kind: RecordedKind; entries: readonly Entry[]; complete: boolean }>
  | Readonly<{ type: "setCluster"; cluster: ClusterId; uid: string }>
  | Readonly<{ type: "dropKind"; cluster: ClusterId; kind: RecordedKind }>
  | Readonly<{ type: "dropCluster"; cluster: ClusterId }>;

type Entry = Readonly<{ index: number; version: string; gone: boolean; event: boolean }>;

const cluster = fc.constantFrom(...clusters);
const kind = fc.constantFrom(...kinds);
const entry: fc.Arbitrary<Entry> = fc.record({
  index: fc.nat(6),
  version: fc.constantFrom("1", "2", "3"),
  gone: fc.boolean(),
  event: fc.boolean(),
});
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("record" as const),
      cluster,
      kind,
      entries: fc.array(entry, { maxLength: 6 }),
      complete: fc.boolean(),
    }),
  },
  fc.record({ type: fc.constant("setCluster" as const), cluster, uid: fc.constantFrom("a", "b") }),
  fc.record({ type: fc.constant("dropKind" as const), cluster, kind }),
  fc.record({ type: fc.constant("dropCluster" as const), cluster }),
);

/** The changes of one life of the process; it ends when so many of them were said to be recorded. */
const life = fc.record({ changes: fc.array(change, { maxLength: 10 }), until: fc.nat(10) });

describe("the catalog after crashes", () => {
  it("holds what was said to be recorded, of what was not a beginning, and of no change a part", async () => {
    await fc.assert(fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), liveAndCrash), {
      numRuns: sized({ small: 25, full: 500 }),
    });
  });
});

async function liveAndCrash(lives: readonly Readonly<{ changes: readonly Change[]; until: number }>[]): Promise<void> {
  await using folder = await temporaryFolder();
  let past: readonly Change[] = [];
  let path = folder.path;
  for (const [number, { changes, until }] of lives.entries()) {
    const next = join(folder.path, `life-${number}`);
    await using catalog = await open(path);
    let recorded = 0;
    const results = changes.map((change) => apply(catalog, change).then(() => (recorded += 1)));
    await Promise.all(results.slice(0, until));
    const atLeast = recorded;
    crashInto(path, next);
    await Promise.all(results);
    past = await survivors(next, { past, changes, atLeast });
    path = next;
  }
}

const open = (folder: string): Promise<Catalog> =>
  openCatalog({ clock: createManualClock(1_000), log: silentLogger }, { folder, limits, commitEveryMs: 0 });

/** What the disk holds at this moment is what another process finds after this one is killed. */
function crashInto(path: string, next: string): void {
  mkdirSync(next);
  for (const name of readdirSync(path)) {
    if (/^catalog\.db(-wal)?$/.test(name)) copyFileSync(join(path, name), join(next, name));
  }
}

/** Which of the changes are in the folder: one beginning of them, of at least so many, must explain all that it holds. */
async function survivors(
  path: string,
  { past, changes, atLeast }: Readonly<{ past: readonly Change[]; changes: readonly Change[]; atLeast: number }>,
): Promise<readonly Change[]> {
  await using found = await open(path);
  const state = await stateOf(found);
  const told: unknown[] = [];
  for (let count = atLeast; count <= changes.length; count++) {
    const candidate = await afterCrash([...past, ...changes.slice(0, count)]);
    const expected = await stateOf(candidate.catalog);
    told.push(expected);
    if (isDeepStrictEqual(expected, state)) return candidate.changes;
  }
  assert.deepEqual(state, told[0]);
  return past;
}

/** The model: the same changes in memory, and then kinds whose first list was not whole are forgotten. */
async function afterCrash(
  changes: readonly Change[],
): Promise<Readonly<{ catalog: Catalog; changes: readonly Change[] }>> {
  const catalog = createMemoryCatalog({ clock: createManualClock(1_000) }, { limits });
  for (const change of changes) await apply(catalog, change);
  const forgotten: Change[] = [];
  for (const cluster of clusters) {
    const complete = new Set((await catalog.kinds(cluster)).map(({ kind }) => kind));
    for (const kind of kinds) if (!complete.has(kind.kind)) forgotten.push({ type: "dropKind", cluster, kind });
  }
  for (const change of forgotten) await apply(catalog, change);
  return { catalog, changes: [...changes, ...forgotten] };
}

async function apply(catalog: Catalog, change: Change): Promise<void> {
  if (change.type === "setCluster") await catalog.setCluster({ id: change.cluster, uid: change.uid });
  else if (change.type === "dropCluster") await catalog.dropCluster(change.cluster);
  else if (change.type === "dropKind") await catalog.dropKind(change.cluster, change.kind);
  else {
    const { cluster, kind, entries, complete } = change;
    await catalog.record({
      cluster,
      kind,
      complete,
      objects: entries.map(({ index, version, gone }) =>
        gone ? { type: "gone", uid: objectOf(index).uid } : { type: "present", object: objectOf(index, version) },
      ),
      events: entries.filter(({ event }) => event).map(({ index }) => eventOf(index)),
    });
  }
}

/** Everything that the port tells, in an order of its own. */
async function stateOf(catalog: Catalog): Promise<unknown> {
  const byId = <T extends Readonly<{ id: string }>>(all: readonly T[]): readonly T[] =>
    all.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const recorded = await Promise.all(
    clusters.flatMap((cluster) =>
      kinds.map(async (kind) => ({
        known: (await catalog.kinds(cluster)).some((other) => other.kind === kind.kind),
        objects: (await Array.fromAsync(catalog.objects(cluster, kind)))
          .flat()
          .toSorted((left, right) => (left.uid < right.uid ? -1 : 1)),
      })),
    ),
  );
  const events = await catalog.log.read(0, 100);
  const { objects } = catalog.stats();
  return { clusters: byId(await catalog.clusters()), recorded, events, bounds: catalog.log.bounds(), objects };
}
