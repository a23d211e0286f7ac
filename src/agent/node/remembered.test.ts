import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { silentLogger as log } from "../../base/index.ts";
import { formatCidr, parseCidr } from "../../model/index.ts";
import { type NodeView, type NodeWatch } from "./model.ts";
import { rememberNode } from "./remembered.ts";

const nothing: NodeView = { others: [], pods: [], complete: false };
const self = { name: "node-a", podCidrs: [parseCidr("10.244.1.0/24")], addresses: [], runtime: "containerd://2.1.4" };

/** A watch that says what it is told to say. */
function scripted(): NodeWatch & Readonly<{ say(view: NodeView): void }> {
  let view = nothing;
  const listeners = new Set<() => void>();
  return {
    view: () => view,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    say(next) {
      view = next;
      listeners.forEach((listener) => listener());
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-node-"));
  try {
    await work(join(folder, "node.json"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const cidrsOf = (watch: NodeWatch): readonly string[] | undefined => watch.view().self?.podCidrs.map(formatCidr);

describe("what an agent remembers of its node", () => {
  it("is there at the next start, before the API server says a word", async () =>
    withFile(async (path) => {
      const first = scripted();
      {
        await using watch = await rememberNode(first, { path, nodeName: "node-a", log });
        assert.equal(watch.view().self, undefined);
        first.say({ ...nothing, self });
        assert.deepEqual(cidrsOf(watch), ["10.244.1.0/24"]);
      }
      await using watch = await rememberNode(scripted(), { path, nodeName: "node-a", log });
      assert.deepEqual(watch.view(), { ...nothing, self });
    }));

  it("is where other nodes' pods are, too, as far as all were heard of", async () =>
    withFile(async (path) => {
      const first = scripted();
      const [other, third] = ["10.244.2.0/24", "10.244.3.0/24"].map((cidr, index) => ({
        ...self,
        name: `node-${index}`,
        podCidrs: [parseCidr(cidr)],
      }));
      assert.ok(other && third);
      {
        await using _watch = await rememberNode(first, { path, nodeName: "node-a", log });
        first.say({ ...nothing, self, others: [other, third], complete: true });
        first.say({ ...nothing, self, others: [] });
      }
      const second = scripted();
      await using watch = await rememberNode(second, { path, nodeName: "node-a", log });
      assert.deepEqual(watch.view().others, [other, third]);
      second.say({ ...nothing, self, others: [other] });
      assert.deepEqual(watch.view().others, [other, third]);
      second.say({ ...nothing, self, others: [other], complete: true });
      assert.deepEqual(watch.view().others, [other]);
    }));

  it("is read from the file of a version that kept this node alone", async () =>
    withFile(async (path) => {
      const node = { kind: "Node", metadata: { name: "node-a" }, spec: { podCIDRs: ["10.244.1.0/24"] }, status: {} };
      await writeFile(path, JSON.stringify(node));
      await using watch = await rememberNode(scripted(), { path, nodeName: "node-a", log });
      assert.deepEqual(cidrsOf(watch), ["10.244.1.0/24"]);
    }));

  it("is of this node only", async () =>
    withFile(async (path) => {
      const first = scripted();
      {
        await using _watch = await rememberNode(first, { path, nodeName: "node-a", log });
        first.say({ ...nothing, self });
      }
      await using watch = await rememberNode(scripted(), { path, nodeName: "node-b", log });
      assert.equal(watch.view().self, undefined);
    }));

  it("gives way to what is heard, also when that is that the node is gone", async () =>
    withFile(async (path) => {
      const source = scripted();
      await using watch = await rememberNode(source, { path, nodeName: "node-a", log });
      source.say({ ...nothing, self });
      source.say({ ...nothing, self: { ...self, podCidrs: [parseCidr("10.244.9.0/24")] } });
      assert.deepEqual(cidrsOf(watch), ["10.244.9.0/24"]);
      source.say({ ...nothing, complete: true });
      assert.equal(watch.view().self, undefined);
    }));

  it("is nothing when its file holds nothing sensible", async () =>
    withFile(async (path) => {
      for (const text of ["", '{"metadata":', "[]", '{"metadata":{"name":"node-a"}}', "null"]) {
        await writeFile(path, text);
        await using watch = await rememberNode(scripted(), { path, nodeName: "node-a", log });
        assert.equal(watch.view().self, undefined, text);
      }
    }));

  const newer = { ...self, podCidrs: [parseCidr("10.244.9.0/24")] };
  for (const [kind, then] of [
    ["another", [newer]],
    ["the same after another", [newer, self]],
  ] as const)
    it(`is the newest also when what was written before it could not be: ${kind}`, async () =>
      withFile(async (folder) => {
        const path = join(folder, "node.json");
        // There is a place for it from the first failure on.
        const warn = (): void => void mkdirSync(dirname(path), { recursive: true });
        const source = scripted();
        {
          await using _watch = await rememberNode(source, { path, nodeName: "node-a", log: { ...log, warn } });
          source.say({ ...nothing, self });
          // Now this is being written, and what comes waits for it.
          await Promise.resolve();
          for (const next of then) source.say({ ...nothing, self: next });
        }
        await using watch = await rememberNode(scripted(), { path, nodeName: "node-a", log });
        assert.deepEqual(watch.view().self, then.at(-1));
      }));

  it("is written again when it could not be, as soon as anything is heard", async () =>
    withFile(async (folder) => {
      const path = join(folder, "node.json");
      const source = scripted();
      const failed = Promise.withResolvers<void>();
      const warn = (): void => failed.resolve();
      {
        await using _watch = await rememberNode(source, { path, nodeName: "node-a", log: { ...log, warn } });
        source.say({ ...nothing, self });
        await failed.promise;
        mkdirSync(dirname(path));
        source.say({ ...nothing, self });
      }
      await using watch = await rememberNode(scripted(), { path, nodeName: "node-a", log });
      assert.deepEqual(watch.view().self, self);
    }));

  it("is written once for what does not change", async () =>
    withFile(async (path) => {
      const source = scripted();
      {
        await using _watch = await rememberNode(source, { path, nodeName: "node-a", log });
        source.say({ ...nothing, self });
      }
      const text = await readFile(path, "utf8");
      await writeFile(path, `${text} `);
      {
        await using _watch = await rememberNode(source, { path, nodeName: "node-a", log });
        source.say({ ...nothing, self });
      }
      assert.equal(await readFile(path, "utf8"), `${text} `);
    }));
});
