import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Clock, createSeededRandom, silentLogger, systemClock } from "../../base/index.ts";
import { type ApiClient } from "../api-client.ts";
import { createFollow } from "./follow.ts";
import { createFakeApi, type Fault, widgets as resource } from "./testing/fake-api.ts";
import { apiWith, faults, same, soon, wordOf } from "./testing/follow-steps.ts";
import { hear, quickFollow } from "./testing/hear.ts";
import { type FollowTuning } from "./tuning.ts";

/** How long a follower waits before each of its next tries when every request ends in this fault, or each in its own. */
async function waitsOf(
  count: number,
  fault: Fault | ReturnType<typeof faults>,
  tuning: Partial<FollowTuning> = {},
): Promise<readonly number[]> {
  const stop = new AbortController();
  const waitsMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    async sleep(delayMs) {
      if (waitsMs.push(delayMs) === count) stop.abort();
    },
  };
  const api = createFakeApi({ fault: typeof fault === "function" ? fault : () => fault });
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

  it("waits a minute or two where it stays forbidden after some seconds", async () => {
    const waitsMs = await waitsOf(7, { type: "refuse", status: 403 });
    const [soon, slow] = [waitsMs.slice(0, 4), waitsMs.slice(4)];
    assert.ok(Math.max(...soon) <= 4_000, soon.join());
    assert.ok(
      slow.every((waitMs) => waitMs >= 60_000 && waitMs < 120_000),
      slow.join(),
    );
  });

  it("asks again soon when a server that was away for long is back, and says no while it starts", async () => {
    const away = Array.from({ length: 9 }, (): Fault => ({ type: "unreachable" }));
    const waitsMs = await waitsOf(10, faults(...away, { type: "refuse", status: 403 }));
    assert.ok((waitsMs[8] ?? 0) >= 15_000 && (waitsMs[9] ?? Infinity) <= 500, waitsMs.join());
  });

  it("waits as long as the server asks by Retry-After", async () => {
    const refuse = { type: "refuse", retryAfterMs: 45_000 } as const;
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
    const iterator = quickFollow(api)(resource, { signal: AbortSignal.timeout(60_000) })[Symbol.asyncIterator]();
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
    for await (const event of quickFollow(api)(resource, { signal: AbortSignal.timeout(120_000) })) {
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
