import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Clock, createSeededRandom, silentLogger, systemClock } from "../../base/index.ts";
import { type ApiClient, type ApiRequest } from "../api-client.ts";
import { type FollowEvent, type KnownObject } from "../model.ts";
import { until } from "../../../test/kube/until.ts";
import { createFollow } from "./follow.ts";
import { createKnownObjects } from "./known-objects.ts";
import { createFakeApi, type FakeApi, type FakeApiOptions, type Fault, widgets } from "./testing/fake-api.ts";
import { hear, type Hearing, quickFollow } from "./testing/hear.ts";
import { type FollowTuning } from "./tuning.ts";

const resource = widgets;

const soon = <T>(what: string, condition: () => T): Promise<NonNullable<T>> => until(what, condition, { everyMs: 2 });

/** Resolves when the mirror holds what the API holds. */
const same = ({ mirror }: Hearing, api: FakeApi): Promise<unknown> =>
  soon("the follower to be live", () => {
    assert.deepEqual(mirror.objects(), api.objects());
    return mirror.lastStatus()?.status === "live" && api.watching() > 0;
  });

/** The first faults, one a request, then none. */
function faults(...list: readonly (Fault | undefined)[]): (request: ApiRequest) => Fault | undefined {
  const left = [...list];
  return () => left.shift();
}

function apiWith(names: readonly string[], options: FakeApiOptions = {}): FakeApi {
  const api = createFakeApi(options);
  for (const name of names) api.put(name);
  return api;
}

const seen = (api: FakeApi): readonly KnownObject[] =>
  api.objects().map(({ metadata }) => ({
    uid: metadata.uid ?? "",
    namespace: "",
    name: metadata.name,
    resourceVersion: metadata.resourceVersion ?? "",
  }));

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

const wordOf = (event: FollowEvent): string => {
  if (event.type === "synced") return `synced ${event.via}`;
  if (event.type !== "changes") return event.type === "status" ? event.status : event.type;
  return event.changes
    .map(
      (change) =>
        `${change.type} ${change.object.metadata.name}${change.type === "deleted" ? ` ${change.finalState}` : ""}`,
    )
    .join(", ");
};

/** How long a follower waits before each of its next tries when every request ends in this fault. */
async function waitsOf(count: number, fault: Fault, tuning: Partial<FollowTuning> = {}): Promise<readonly number[]> {
  const stop = new AbortController();
  const waitsMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    async sleep(delayMs) {
      if (waitsMs.push(delayMs) === count) stop.abort();
    },
  };
  const api = createFakeApi({ fault: () => fault });
  const follow = createFollow({ api, clock, random: createSeededRandom(7), log: silentLogger }, tuning);
  for await (const _ of follow(resource, { signal: stop.signal })) continue;
  return waitsMs;
}

describe("a follower in trouble", () => {
  it("is forbidden, keeps what it knows, and recovers by itself", async () => {
    let fault: Fault | undefined;
    const api = apiWith(["a"], { fault: () => fault });
    await using hearing = hear(quickFollow(api), { resource });
    await soon("the first list", () => hearing.mirror.lastStatus()?.status === "live");
    fault = { type: "refuse", status: 403 };
    api.endWatches();
    api.put("b");
    await soon("forbidden", () => hearing.mirror.lastStatus()?.status === "forbidden");
    assert.equal(hearing.mirror.lastStatus()?.error?.code, "HEDDLE_CLUSTER_FORBIDDEN");
    const asked = api.asked().length;
    await soon("more tries", () => api.asked().length > asked + 2);
    assert.equal(hearing.mirror.statuses().filter(({ status }) => status === "forbidden").length, 1, "said once");
    fault = undefined;
    await same(hearing, api);
    assert.ok(!hearing.mirror.words().some((word) => word.startsWith("deleted")));
  });

  it("tells every object as deleted when its kind is gone, and comes back with it", async () => {
    let fault: Fault | undefined;
    const api = apiWith(["a", "b"], { fault: () => fault });
    await using hearing = hear(quickFollow(api), { resource });
    await soon("the first list", () => hearing.mirror.lastStatus()?.status === "live");
    fault = { type: "refuse", status: 404 };
    api.endWatches();
    api.put("c");
    await soon("gone", () => hearing.mirror.lastStatus()?.status === "gone");
    await soon("the deletes", () => hearing.mirror.objects().length === 0);
    fault = undefined;
    await same(hearing, api);
  });

  for (const status of [401, 429, 500, 503, 504]) {
    it(`says that it is catching up while the server answers ${status}, and goes on after it`, async () => {
      const refuse: Fault = { type: "refuse", status };
      const api = apiWith(["a", "b"], { fault: faults(refuse, refuse, refuse, refuse) });
      await using hearing = hear(quickFollow(api), { resource });
      await same(hearing, api);
      assert.deepEqual(
        hearing.mirror.statuses().map(({ status }) => status),
        ["syncing", "catching-up", "live"],
      );
    });
  }

  it("waits half a second at first, then twice as long each time, at most half a minute, with jitter", async () => {
    const waitsMs = await waitsOf(12, { type: "unreachable" });
    for (const [index, waitedMs] of waitsMs.entries()) {
      const stepMs = Math.min(30_000, 500 * 2 ** index);
      assert.ok(waitedMs >= stepMs / 2 && waitedMs <= stepMs, `wait ${index} was ${waitedMs} ms of ${stepMs}`);
    }
    assert.equal(new Set(waitsMs).size, 12, "no two waits are the same");
  });

  it("starts over with short waits only after a watch that lived for a while", async () => {
    const fault = { type: "error-event", afterLines: 0, status: 503 } as const;
    assert.ok(Math.max(...(await waitsOf(5, fault, { stableMs: 0 }))) <= 500);
    assert.ok(Math.max(...(await waitsOf(5, fault, { stableMs: 60_000 }))) > 2_000);
  });

  it("waits a minute or two where it is forbidden, and as long as the server asks by Retry-After", async () => {
    const refuse = { type: "refuse", retryAfterMs: 45_000 } as const;
    const slow = await waitsOf(3, { ...refuse, status: 403 });
    assert.ok(slow.every((waitMs) => waitMs >= 60_000 && waitMs < 120_000));
    assert.deepEqual(await waitsOf(3, { ...refuse, status: 429 }), [45_000, 45_000, 45_000]);
  });

  it("asks for nothing before it is iterated, and leaves nothing open after", async () => {
    const api = apiWith(["a"]);
    const events = quickFollow(api)(resource, { signal: new AbortController().signal });
    assert.deepEqual(api.asked(), []);
    for await (const event of events) {
      if (event.type === "status" && event.status === "live") break;
    }
    await soon("the end of the watch", () => api.watching() === 0);
  });

  it("ends without an error when its signal aborts: in a watch, in a wait, before it began", async () => {
    for (const fault of [undefined, { type: "refuse", status: 403 } as const]) {
      const api = apiWith(["a"], { fault: () => fault });
      const stop = new AbortController();
      const hearing = hear(quickFollow(api, { slowRetryMs: { low: 1e6, high: 1e6 } }), {
        resource,
        signal: stop.signal,
      });
      await soon("a status", () => ["live", "forbidden"].includes(hearing.mirror.lastStatus()?.status ?? ""));
      stop.abort(new Error("enough"));
      await hearing.stopped;
      await soon("the end of the watch", () => api.watching() === 0);
    }
    const api = apiWith(["a"]);
    await hear(quickFollow(api), { resource, signal: AbortSignal.abort() }).stopped;
    assert.deepEqual(api.asked(), []);
  });

  it("does not read on while what it told is not taken", async () => {
    const api = createFakeApi();
    const iterator = quickFollow(api)(resource, { signal: AbortSignal.timeout(10_000) })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => {
      const { done, value } = await iterator.next();
      return done === true ? "end" : wordOf(value);
    };
    assert.deepEqual([await next(), await next(), await next()], ["syncing", "synced watch-list", "live"]);
    const first = next();
    await soon("a watch", () => api.watching() === 1);
    for (const name of ["a", "b", "c"]) api.put(name);
    assert.equal(await first, "created a");
    assert.deepEqual([await next(), await next()], ["created b", "created c"]);
    await iterator.return?.();
  });

  it("lets the process do other things while 50,000 objects arrive in one piece", async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => {
      const metadata = { name: `object-${index}`, uid: `uid-${index}`, resourceVersion: `v${index}` };
      return JSON.stringify({ type: "ADDED", object: { apiVersion: "example.org/v1", kind: "Widget", metadata } });
    });
    const annotations = { "k8s.io/initial-events-end": "true" };
    const end = { type: "BOOKMARK", object: { metadata: { resourceVersion: "v", annotations } } };
    const whole = Buffer.from(`${[...lines, JSON.stringify(end)].join("\n")}\n`);
    const api: ApiClient = {
      server: "https://fake",
      certificates: () => ({}),
      json: notAsked,
      text: notAsked,
      socket: notAsked,
      async [Symbol.asyncDispose]() {},
      stream: async () => ({ status: 200, headers: {}, body: once(whole), async [Symbol.asyncDispose]() {} }),
    };
    let turns = 0;
    const count = setInterval(() => (turns += 1), 0);
    for await (const event of quickFollow(api)(resource, { signal: AbortSignal.timeout(30_000) })) {
      if (event.type === "synced") break;
    }
    clearInterval(count);
    assert.ok(turns >= 5, `the event loop turned ${turns} times`);
  });
});

async function* once(whole: Buffer): AsyncGenerator<Buffer> {
  yield whole;
}

const notAsked = (): Promise<never> => Promise.reject(new Error("not asked for here"));
