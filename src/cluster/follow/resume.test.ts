import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KnownObject } from "../model.ts";
import { createKnownObjects } from "./known-objects.ts";
import { type FakeApi, widgets as resource } from "./testing/fake-api.ts";
import { apiWith, wordOf } from "./testing/follow-steps.ts";
import { quickFollow } from "./testing/hear.ts";

const seen = (api: FakeApi): readonly KnownObject[] =>
  api.objects().map(({ metadata }) => ({
    uid: metadata.uid ?? "",
    namespace: "",
    name: metadata.name,
    resourceVersion: metadata.resourceVersion ?? "",
  }));

describe("a follower that resumes from an earlier one", () => {
  it("tells only what happened since, without a list", async () => {
    const api = apiWith(["a", "b"]);
    const [known, resourceVersion] = [createKnownObjects(seen(api)), api.resourceVersion()];
    api.remove("b");
    const words: string[] = [];
    const stop = new AbortController();
    for await (const event of quickFollow(api)(resource, { known, resourceVersion, signal: stop.signal })) {
      words.push(wordOf(event));
      if (event.type === "changes") stop.abort();
    }
    assert.deepEqual(words, ["catching-up", "synced resume", "live", "deleted b known"]);
    assert.deepEqual(api.asked(), ["watch"]);
    assert.deepEqual([...known.values()], seen(api));
  });

  it("is synced when nothing happened since and no event comes", async () => {
    const api = apiWith(["a"]);
    const options = { known: createKnownObjects(seen(api)), resourceVersion: api.resourceVersion() };
    const stop = new AbortController();
    const words: string[] = [];
    for await (const event of quickFollow(api)(resource, { ...options, signal: stop.signal })) {
      words.push(wordOf(event));
      if (words.length === 3) stop.abort();
    }
    assert.deepEqual(words, ["catching-up", "synced resume", "live"]);
  });

  it("lists and tells the differences when its place has expired, and is not synced before", async () => {
    const api = apiWith(["a", "b"]);
    const [known, resourceVersion] = [createKnownObjects(seen(api)), api.resourceVersion()];
    api.remove("b");
    api.put("c");
    api.compact();
    const stop = new AbortController();
    const words: string[] = [];
    for await (const event of quickFollow(api)(resource, { known, resourceVersion, signal: stop.signal })) {
      words.push(wordOf(event));
      if (event.type === "synced") stop.abort();
    }
    assert.deepEqual(words, "catching-up|catching-up|created c|deleted b unknown|synced watch-list".split("|"));
  });

  it("lists when the server does not know its place at all", async () => {
    const api = apiWith(["a"]);
    const options = { known: createKnownObjects(seen(api)), resourceVersion: "of another cluster" };
    const stop = new AbortController();
    const words: string[] = [];
    for await (const event of quickFollow(api)(resource, { ...options, signal: stop.signal })) {
      words.push(wordOf(event));
      if (event.type === "synced") stop.abort();
    }
    assert.deepEqual(words, ["catching-up", "catching-up", "synced watch-list"]);
  });

  it("without a memory does not take what it is told for new, nor swallow its end", async () => {
    const api = apiWith(["a", "b"]);
    const resourceVersion = api.resourceVersion();
    api.put("a", "new");
    api.remove("b");
    const stop = new AbortController();
    const words: string[] = [];
    for await (const event of quickFollow(api)(resource, { resourceVersion, signal: stop.signal })) {
      if (event.type === "changes")
        words.push(...event.changes.map(({ type, object }) => `${type} ${object.metadata.name}`));
      if (words.length === 2) stop.abort();
    }
    assert.deepEqual(words, ["updated a", "deleted b"]);
  });
});
