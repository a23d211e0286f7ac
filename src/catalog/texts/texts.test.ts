import assert from "node:assert/strict";
import { readFile, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createSeededRandom, silentLogger } from "../../base/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { encodeFrame } from "./frame.ts";
import { type KeptTexts, type TextsBlock, type TextsOf } from "./model.ts";
import { beginningOf } from "./sections.ts";
import { createTexts } from "./texts.ts";

const pods: TextsOf = {
  cluster: parseClusterId("prod"),
  identity: "uid-1",
  kind: { group: "", version: "v1", kind: "Pod", plural: "pods" },
};
const { signal } = new AbortController();

/** The text of an object, or that it is gone: what blocks tell is their writer's business, and here it is this. */
type Entry = readonly [name: string, text: string | undefined];

const entry = (name: string, text: string | undefined): Entry => [name, text];

const blockOf = (entries: readonly Entry[]): TextsBlock => ({
  bytes: Buffer.from(JSON.stringify(entries)),
  entries: entries.length,
});

const markAt = (cursor: string) => ({ cursor, upTo: cursor, savedAtMs: 7 });

const section = (cursor: string, entries: readonly Entry[], whole = false) => ({
  whole,
  blocks: [blockOf(entries)],
  mark: () => markAt(cursor),
});

async function contentOf(kept: KeptTexts | undefined): Promise<Readonly<Record<string, string>>> {
  const found = new Map<string, string | null>();
  let last = Infinity;
  for await (const { section, bytes } of kept?.blocks(signal) ?? []) {
    assert.ok(section <= last, "the latest first");
    last = section;
    for (const [name, text] of JSON.parse(bytes.toString()) as readonly [string, string | null][])
      if (!found.has(name)) found.set(name, text);
  }
  return Object.fromEntries([...found].flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  await use(folder.path);
}

const open = (folder: string, of = pods) => createTexts({ log: silentLogger }, { folder }).of(of);
const pathOf = (folder: string): string => join(folder, "prod", "pods.texts");

describe("kept texts", () => {
  it("are nothing at first, and nothing can be added to them", () =>
    inFolder(async (folder) => {
      const texts = open(folder);
      assert.equal(await texts.read(signal), undefined);
      assert.equal(await texts.write(section("1", [entry("a", "{}")])), false);
      assert.deepEqual(await readdir(folder), []);
    }));

  it("give back what was written, the latest first, and how true it is", () =>
    inFolder(async (folder) => {
      const texts = open(folder);
      assert.ok(await texts.write(section("5", [entry("a", '{"a":1}'), entry("b", "é\n"), entry("c", "3")], true)));
      assert.ok(await texts.write(section("6", [entry("b", undefined), entry("d", "4")])));
      assert.ok(await texts.write(section("7", [entry("d", "5"), entry("c", undefined)])));
      assert.ok(await texts.write(section("8", [entry("c", "6")])));
      assert.deepEqual(texts.size(), { whole: 3, since: 5 });
      const again = open(folder);
      const kept = await again.read(signal);
      assert.deepEqual(await contentOf(kept), { a: '{"a":1}', c: "6", d: "5" });
      assert.deepEqual({ cursor: kept?.cursor, upTo: kept?.upTo, savedAtMs: kept?.savedAtMs }, markAt("8"));
      assert.deepEqual(again.size(), { whole: 3, since: 5 });
    }));

  it("are replaced whole, and for their owner alone", () =>
    inFolder(async (folder) => {
      const texts = open(folder);
      await texts.write(section("5", [entry("a", "1")], true));
      await texts.write(section("6", [entry("b", "2")], true));
      assert.deepEqual(await contentOf(await texts.read(signal)), { b: "2" });
      assert.equal((await stat(pathOf(folder))).mode & 0o777, 0o600);
      assert.equal((await stat(join(folder, "prod"))).mode & 0o777, 0o700);
    }));

  it("hold many blocks, in their order", () =>
    inFolder(async (folder) => {
      const texts = open(folder);
      const many = Array.from({ length: 3_000 }, (_, index) => entry(`n${index}`, `${index} `.repeat(100)));
      const blocks = [many.slice(0, 10), [], many.slice(10, 1_500), many.slice(1_500)].map(blockOf);
      await texts.write({ whole: true, blocks, mark: () => markAt("1") });
      const kept = await texts.read(signal);
      const found = await contentOf(kept);
      assert.deepEqual(
        Object.keys(found),
        many.map(([name]) => name),
      );
      assert.equal(texts.size()?.whole, 3_000);
      assert.equal(Object.keys(found).length, 3_000);
      assert.equal(found["n2999"], "2999 ".repeat(100));
    }));

  it("are not given of another cluster, or of another version of the kind", () =>
    inFolder(async (folder) => {
      await open(folder).write(section("5", [entry("a", "1")], true));
      assert.equal(await open(folder, { ...pods, identity: "uid-2" }).read(signal), undefined);
      const version = { ...pods, kind: { ...pods.kind, version: "v2" } };
      assert.equal(await open(folder, version).read(signal), undefined);
      assert.deepEqual(await contentOf(await open(folder).read(signal)), { a: "1" });
    }));

  it("of another format are not given, nor gone on with, but replaced", () =>
    inFolder(async (folder) => {
      await open(folder).write(section("5", [entry("a", "1")], true));
      const beginning = encodeFrame({ head: beginningOf(pods), body: Buffer.alloc(0) });
      const earlier = encodeFrame({ head: { ...beginningOf(pods), format: 1 }, body: Buffer.alloc(0) });
      const written = await readFile(pathOf(folder));
      await writeFile(pathOf(folder), Buffer.concat([earlier, written.subarray(beginning.length)]));
      const texts = open(folder);
      assert.equal(await texts.read(signal), undefined);
      assert.equal(await texts.write(section("6", [entry("b", "2")])), false);
      assert.ok(await texts.write(section("6", [entry("b", "2")], true)));
      assert.deepEqual(await contentOf(await open(folder).read(signal)), { b: "2" });
    }));

  it("stay as they were when what is written turns out to mean nothing, or fails", () =>
    inFolder(async (folder) => {
      const texts = open(folder);
      await texts.write(section("5", [entry("a", "1")], true));
      const fails = function* (): Generator<TextsBlock> {
        yield blockOf([entry("a", "2")]);
        throw new Error("no");
      };
      for (const whole of [true, false]) {
        assert.equal(await texts.write({ ...section("6", [entry("a", "2")], whole), mark: () => undefined }), false);
        assert.equal(await texts.write({ whole, blocks: fails(), mark: () => markAt("6") }), false);
        assert.deepEqual(await contentOf(await texts.read(signal)), { a: "1" });
      }
      assert.deepEqual(await readdir(join(folder, "prod")), ["pods.texts"]);
    }));

  it("end at the last whole section of a file that was cut off anywhere, and go on from there", () =>
    inFolder(async (folder) => {
      const texts = open(folder);
      await texts.write(section("5", [entry("a", "1"), entry("b", "1")], true));
      const first = (await stat(pathOf(folder))).size;
      await texts.write(section("6", [entry("a", "2")]));
      const whole = await readFile(pathOf(folder));
      for (let length = 0; length <= whole.length; length++) {
        await writeFile(pathOf(folder), whole);
        await truncate(pathOf(folder), length);
        const again = open(folder);
        const expected = length < first ? {} : length < whole.length ? { a: "1", b: "1" } : { a: "2", b: "1" };
        assert.deepEqual(await contentOf(await again.read(signal)), expected, `cut off at ${length}`);
        if (length < first) continue;
        assert.ok(await again.write(section("7", [entry("b", "3")])));
        assert.deepEqual(await contentOf(await open(folder).read(signal)), { ...expected, b: "3" });
      }
    }));

  it("of which a byte was changed are what was written before it, or nothing: never something else", () =>
    inFolder(async (folder) => {
      const random = createSeededRandom(5);
      const texts = open(folder);
      await texts.write(section("5", [entry("a", "1")], true));
      await texts.write(section("6", [entry("a", "2"), entry("b", "2")]));
      const whole = await readFile(pathOf(folder));
      for (let round = 0; round < 300; round++) {
        const damaged = Buffer.from(whole);
        const at = Math.floor(random() * whole.length);
        damaged.writeUInt8((damaged.readUInt8(at) + 1 + Math.floor(random() * 255)) % 256, at);
        await writeFile(pathOf(folder), damaged);
        const kept = await open(folder).read(signal);
        const content = JSON.stringify([kept?.cursor, await contentOf(kept)]);
        assert.ok(["[null,{}]", '["5",{"a":"1"}]'].includes(content), `byte ${at}: ${content}`);
      }
    }));

  it("of kinds and clusters that are not to be kept are removed", () =>
    inFolder(async (folder) => {
      const texts = createTexts({ log: silentLogger }, { folder });
      const services = { ...pods, kind: { ...pods.kind, kind: "Service", plural: "services" } };
      const other = { ...pods, cluster: parseClusterId("other") };
      for (const each of [pods, services, other]) await texts.of(each).write(section("5", [entry("a", "1")], true));
      await texts.keepKinds(pods.cluster, [pods.kind]);
      assert.deepEqual(await readdir(join(folder, "prod")), ["pods.texts"]);
      await texts.keepClusters([pods.cluster]);
      assert.deepEqual(await readdir(folder), ["prod"]);
    }));

  it("are not kept under a name that leads elsewhere", () =>
    inFolder(async (folder) => {
      const texts = open(folder, { ...pods, kind: { ...pods.kind, plural: "../pods" } });
      assert.equal(await texts.write(section("5", [entry("a", "1")], true)), false);
      assert.deepEqual(await readdir(folder), []);
    }));
});
