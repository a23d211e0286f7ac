import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ApiRequest } from "../api-client.ts";
import { type FakeApi, type FakeApiOptions, type Fault, widgets as resource } from "./testing/fake-api.ts";
import { apiWith, faults, same, soon } from "./testing/follow-steps.ts";
import { hear, quickFollow } from "./testing/hear.ts";

describe("a follower", () => {
  it("reads a WatchList, tells that it is synced and live, then every change", async () => {
    const api = apiWith(["a", "b"]);
    await using hearing = hear(quickFollow(api), { resource });
    await same(hearing, api);
    api.put("a", "new");
    api.remove("b");
    api.bookmark();
    await soon("the bookmark", () => hearing.mirror.words().includes("progress"));
    assert.deepEqual(hearing.mirror.words(), [
      ..."syncing|created a|created b|synced watch-list 2|live".split("|"),
      ..."updated a|deleted b known|progress".split("|"),
    ]);
    assert.deepEqual(api.asked(), ["watch-list"]);
  });

  it("asks as the API wants it, with its selectors, and for five to ten minutes at random", async () => {
    const queries: ApiRequest[] = [];
    const api = apiWith(["a"], { fault: (request) => void queries.push(request) });
    const options = { labelSelector: "x=y", fieldSelector: "metadata.name!=z" };
    await using hearing = hear(quickFollow(api), { resource, options });
    await same(hearing, api);
    const { timeoutSeconds, ...query } = queries[0]?.query ?? {};
    assert.deepEqual(query, {
      ...options,
      watch: "1",
      allowWatchBookmarks: true,
      sendInitialEvents: true,
      resourceVersionMatch: "NotOlderThan",
    });
    assert.ok(Number.isInteger(timeoutSeconds) && Number(timeoutSeconds) >= 300 && Number(timeoutSeconds) < 600);
  });

  for (const watchList of ["refuses", "breaks-off"] as const) {
    it(`reads pages where the server ${watchList} a WatchList, and does not ask for one again`, async () => {
      const api = apiWith(["a", "b", "c", "d"], { watchList });
      const follow = quickFollow(api);
      {
        await using hearing = hear(follow, { resource });
        await same(hearing, api);
        assert.deepEqual(
          hearing.mirror.words(),
          "syncing|created a|created b|created c|created d|synced pages 4|live".split("|"),
        );
      }
      await using hearing = hear(follow, { resource });
      await same(hearing, api);
      const again = ["list", "list continued", "watch"];
      assert.deepEqual(api.asked(), ["watch-list", ...again, ...again]);
    });
  }

  it("reads pages once a server that had WatchList has it no more", async () => {
    let fault: Fault | undefined;
    const options: FakeApiOptions & { watchList: "has" | "refuses" } = { watchList: "has", fault: () => fault };
    const api = apiWith(["a"], options);
    await using hearing = hear(quickFollow(api), { resource });
    await same(hearing, api);
    fault = { type: "unreachable" };
    api.endWatches();
    await soon("the end", () => api.watching() === 0);
    api.put("b");
    api.compact();
    options.watchList = "refuses";
    fault = undefined;
    await same(hearing, api);
    assert.deepEqual(api.asked().slice(-3), ["watch-list", "list", "watch"]);
  });

  it("waits once for the proof that an old server never gives, and reads pages without telling anything twice", async () => {
    const api = apiWith(["a", "b"], { watchList: "ignores" });
    const follow = quickFollow(api);
    for (let round = 0; round < 2; round++) {
      await using hearing = hear(follow, { resource });
      await same(hearing, api);
      assert.deepEqual(hearing.mirror.words(), "syncing|created a|created b|synced pages 2|live".split("|"));
    }
    assert.deepEqual(api.asked(), ["watch-list", "list", "watch", "list", "watch"]);
  });

  it("does not wait for ever where an old server is never silent", async () => {
    const api = apiWith(["a"], { watchList: "ignores" });
    await using hearing = hear(quickFollow(api), { resource });
    let value = 0;
    await soon("pages", () => {
      api.put("a", String((value += 1)));
      return api.asked().includes("list");
    });
    await same(hearing, api);
  });

  it("is patient with a server that has proved its WatchList", async () => {
    const api = apiWith(["a"], { fault: faults(undefined, undefined, { type: "silent", afterBytes: 10 }) });
    const follow = quickFollow(api, { answerMs: 100 });
    await using first = hear(follow, { resource });
    await same(first, api);
    await using second = hear(follow, { resource });
    await same(second, api);
    await using third = hear(follow, { resource });
    await same(third, api);
    assert.ok(!api.asked().includes("list"), "the silent one was tried as a WatchList again");
  });

  it("lists in one piece when the pages expire midway, and tells what was deleted since", async () => {
    const timeoutsMs: (number | undefined)[] = [];
    const api: FakeApi = apiWith(["a", "b", "c", "d"], {
      watchList: "refuses",
      fault: ({ query = {}, timeoutMs }) => {
        timeoutsMs.push(timeoutMs);
        if (query["continue"] === undefined || api.asked().filter((what) => what === "list continued").length > 1)
          return;
        api.remove("b");
        api.compact();
        return undefined;
      },
    });
    await using hearing = hear(quickFollow(api), { resource });
    await same(hearing, api);
    assert.deepEqual(
      hearing.mirror.words(),
      "syncing|created a|created b|created c|created d|deleted b unknown|synced pages 3|live".split("|"),
    );
    assert.deepEqual(api.asked(), ["watch-list", "list", "list continued", "list", "watch"]);
    assert.deepEqual(timeoutsMs, [undefined, 120_000, 120_000, 900_000, undefined], "more time for more objects");
  });

  for (const [what, fault] of Object.entries<Fault>({
    "a clean end": { type: "end", afterLines: 3 },
    "a reset in the middle of a line": { type: "cut", afterBytes: 500 },
    "an end in the middle of a line": { type: "truncate", afterBytes: 500 },
    "a line that is not JSON": { type: "garbage", afterLines: 3 },
    "an ERROR event": { type: "error-event", afterLines: 3, status: 500 },
  })) {
    it(`resumes after ${what}, and tells nothing twice`, async () => {
      const queries: ApiRequest["query"][] = [];
      const first = faults(fault);
      const api = apiWith(["a"], { fault: (request) => (queries.push(request.query), first(request)) });
      await using hearing = hear(quickFollow(api), { resource });
      await soon("the first list", () => hearing.mirror.synced().length === 1);
      const versions = [api.resourceVersion()];
      for (const name of ["b", "c", "d", "e"]) {
        api.put(name);
        versions.push(api.resourceVersion());
      }
      await same(hearing, api);
      assert.equal(queries[1]?.["resourceVersion"], versions[1], "from the last object that was told");
      const changes = hearing.mirror.words().filter((word) => word.startsWith("created"));
      assert.deepEqual(changes, ["created a", "created b", "created c", "created d", "created e"]);
      assert.deepEqual(api.asked(), ["watch-list", "watch"]);
    });
  }

  it("says so when a watch that seems to end in good order ends in the middle of a line", async () => {
    const api = apiWith(["a"], { fault: faults({ type: "truncate", afterBytes: 333 }) });
    await using hearing = hear(quickFollow(api), { resource });
    await soon("the first list", () => hearing.mirror.synced().length === 1);
    api.put("b");
    await same(hearing, api);
    const reasons = hearing.mirror.statuses().map(({ reason }) => reason);
    assert.match(reasons.join("\n"), /in the middle of a line/);
  });

  it("takes a watch that sent bookmarks and then nothing for dead, and resumes", async () => {
    const api = apiWith([], { fault: faults({ type: "silent", afterBytes: 400 }) });
    await using hearing = hear(quickFollow(api, { silenceMs: 20 }), { resource });
    await soon("the first list", () => hearing.mirror.synced().length === 1);
    for (const name of ["a", "b", "c"]) api.put(name);
    await same(hearing, api);
    assert.deepEqual(api.asked().slice(0, 2), ["watch-list", "watch"]);
    assert.match(hearing.mirror.statuses().find(({ status }) => status === "catching-up")?.reason ?? "", /silent/);
  });

  it("tells only the differences after its place expired: missing, re-created, changed and new objects", async () => {
    let fault: Fault | undefined;
    const api = apiWith(["same", "changed", "missing", "re-created"], { fault: () => fault });
    await using hearing = hear(quickFollow(api), { resource });
    await soon("the first list", () => hearing.mirror.lastStatus()?.status === "live");
    fault = { type: "unreachable" };
    api.endWatches();
    await soon("the end", () => api.watching() === 0);
    api.remove("missing");
    api.remove("re-created");
    api.put("re-created");
    api.put("changed", "new");
    api.put("new");
    api.compact();
    fault = undefined;
    await soon("the second list", () => hearing.mirror.synced().length === 2);
    await same(hearing, api);
    const words = hearing.mirror.words();
    assert.deepEqual(words.slice(words.lastIndexOf("catching-up") + 1), [
      ..."updated changed|deleted re-created unknown|created re-created|created new|deleted missing unknown".split("|"),
      ..."synced watch-list 4|live".split("|"),
    ]);
  });

  it("tells replayed events once", async () => {
    const api = apiWith(["a"], { fault: faults({ type: "repeat" }) });
    await using hearing = hear(quickFollow(api), { resource });
    await soon("the first list", () => hearing.mirror.synced().length > 0);
    api.put("a", "new");
    api.remove("a");
    await same(hearing, api);
    const changes = hearing.mirror.words().filter((word) => /created|updated|deleted/.test(word));
    assert.deepEqual(changes, ["created a", "updated a", "deleted a known"]);
  });
});
