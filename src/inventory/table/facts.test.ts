import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import { createManualClock } from "../../base/index.ts";
import { type KubeObject, parseClusterId, type Resource } from "../../model/index.ts";
import { type Store, type StoreQuery } from "../model.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { factsOf } from "./facts.ts";

const cluster = parseClusterId("prod");
const read = (pattern: string): readonly KubeObject[] =>
  globSync(pattern, { cwd: import.meta.dirname })
    .toSorted()
    .flatMap((path) => parseAllDocuments(readFileSync(new URL(path, import.meta.url), "utf8")))
    .map((document) => document.toJS() as KubeObject);

/** The objects of a small world, which relate to each other, and as they come from an API server. */
const world = read("../relations/testdata/world/*.yaml").map((object, index): KubeObject => {
  const resourceVersion = `${1_000 + index}`;
  return { ...object, metadata: { ...object.metadata, resourceVersion, creationTimestamp: "2026-01-02T03:04:05Z" } };
});
const kindOf = ({ apiVersion, kind }: KubeObject): Resource => resourceOf(apiVersion, kind);

function filled(): Store {
  const store = createStore({ clock: createManualClock() });
  for (const object of world) store.apply(cluster, kindOf(object), [{ type: "created", object }]);
  return store;
}

const nameOf = (object: KubeObject) => {
  const { namespace, name } = object.metadata;
  const { group, kind } = kindOf(object);
  return { cluster, group, kind, ...(namespace === undefined ? {} : { namespace }), name };
};

/** What `store` keeps of each object, in another store; `change` of its head says what became of that meanwhile. */
function restoredFrom(store: Store, options = {}, change: (head: object) => object = (head) => head): Store {
  const again = createStore({ clock: createManualClock() }, options);
  for (const object of world) {
    const writer = store.keeping(cluster, kindOf(object));
    const { uid, namespace = "", name, resourceVersion = "" } = object.metadata;
    writer.add({ namespace, name });
    const bytes = withHead(writer.block().bytes, change);
    const objects = again.restoring(kindOf(object))({ section: 0, bytes });
    assert.deepEqual(
      objects.map((one) => [one.uid, one.namespace, one.name, one.resourceVersion]),
      [[uid ?? `${namespace}/${name}`, namespace, name, resourceVersion]],
    );
    again.take(cluster, kindOf(object), { objects });
  }
  return again;
}

/** The block with what stands first in it changed: JSON behind its length in four bytes. */
function withHead(block: Buffer, change: (head: object) => object): Buffer {
  const start = 4 + block.readUInt32LE();
  const head = Buffer.from(JSON.stringify(change(JSON.parse(block.toString("utf8", 4, start)) as object)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, block.subarray(start)]);
}

const values = (of: (object: KubeObject) => string | undefined): readonly string[] => [
  ...new Set(world.flatMap((object) => of(object) ?? [])),
];

/** A question for every index. */
const questions: readonly StoreQuery[] = [
  {},
  { sort: { by: "age" } },
  { sort: { by: "status" } },
  ...values((object) => factsOf(object, { isPod: true, relations: false }).word).map((word) => ({ status: [word] })),
  ...values(({ metadata }) => metadata.uid).flatMap((uid) => [{ uid }, { owner: uid }]),
  ...values(({ metadata }) => metadata.namespace).map((namespace) => ({ namespaces: [namespace] })),
  ...values((object) => (object["spec"] as { nodeName?: string } | undefined)?.nodeName).map((node) => ({ node })),
  ...values(({ metadata }) => Object.entries(metadata.labels ?? {})[0]?.join("=")).map((labelSelector) => ({
    labelSelector,
  })),
  { fieldSelector: "status.phase=Running" },
];

async function answersOf(store: Store): Promise<readonly unknown[]> {
  const pages = await Promise.all(questions.map((question) => store.query(question)));
  const relations = world.map((object) => store.relations(nameOf(object), { depth: 3 }));
  return [pages.map(({ objects }) => objects.map(({ text }) => text.toString())), relations];
}

describe("what is kept of a row", () => {
  it("answers every question as the objects themselves do", async () => {
    const before = filled();
    const expected = await answersOf(before);
    assert.ok(world.length > 10 && questions.length > 20);
    assert.deepEqual(await answersOf(restoredFrom(before)), expected);
  });

  it("is made again from the object where it says nothing, or was made otherwise", async () => {
    const before = filled();
    const expected = await answersOf(before);
    const wrong = { labels: {}, owners: [], ends: [], word: "?", phase: "?" };
    const changed = (head: object): object => {
      const { common } = head as { common: readonly object[] };
      return { ...head, format: 0, common: common.map((facts) => ({ ...facts, ...wrong })) };
    };
    assert.deepEqual(await answersOf(restoredFrom(before, {}, changed)), expected);
    const without = createStore({ clock: createManualClock() }, { relations: false });
    for (const object of world) without.apply(cluster, kindOf(object), [{ type: "created", object }]);
    assert.deepEqual(await answersOf(restoredFrom(without)), expected);
  });

  it("has the number of the format that it was made by", () => {
    const objects = [...world, ...read("../../model/status/testdata/*.yaml"), ...read("../relations/testdata/*.yaml")];
    const facts = objects.map((object) => {
      const { ends, ...rest } = factsOf(object, { isPod: object.kind === "Pod", relations: true });
      return { ...rest, ends: ends.map(({ type, to }) => ({ type, to })) };
    });
    assert.equal(
      createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 16),
      "4e8e1ad1cdb566db",
      "facts come out otherwise than before: make `factsFormat` in facts.ts larger by one, unless only the test data changed, and put the new digest here",
    );
  });
});
