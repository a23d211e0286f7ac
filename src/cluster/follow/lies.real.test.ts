import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Fault,
  type FaultProxy,
  goneEvent,
  type ProxiedRequest,
  startFaultProxy,
  until,
} from "../../../test/kube/index.ts";
import { sized } from "../../../test/size.ts";
import { type ApiClient } from "../api-client.ts";
import { hear, type Hearing } from "./testing/hear.ts";
import {
  assertFollowerEqualsFreshList,
  churn,
  clientOf,
  configMaps as resource,
  configMapsOf,
  createAll,
  impatientFollow,
} from "./testing/real-follow.ts";
import { type Parts, runParts, type Setting } from "./testing/real-parts.ts";
import { type FollowTuning } from "./tuning.ts";

/** Behind a fault proxy: `through` goes by it, `api` does not. */
type Proxied = Setting & Readonly<{ through: ApiClient; proxy: FaultProxy }>;

/** Ends, half-open connections included, within this; as it ships it is 15 s, and noticed after 22.5. */
const pingIntervalMs = sized({ small: 500, full: 15_000 });

describe("a follower behind something that breaks and lies", () => {
  it("comes back from every fault on the way, and equals a fresh list", async (t) => {
    const proxied = Object.entries(parts).map(([name, run]) => [name, behindProxy(run)] as const);
    await runParts(t, Object.fromEntries(proxied), (api) =>
      createAll(api, "/api/v1/namespaces/default/configmaps", configMapsOf(300, { bytes: 2_000 })),
    );
  });
});

const behindProxy =
  (run: (setting: Proxied) => Promise<void>) =>
  async (setting: Setting): Promise<void> => {
    await using proxy = await startFaultProxy(setting.kube);
    await using through = clientOf(proxy, { credential: setting.kube.adminToken, pingIntervalMs });
    await run({ ...setting, through, proxy });
  };

const isWatch = ({ path, watch }: ProxiedRequest): boolean => watch && path === "/api/v1/configmaps";
const isPage = ({ path, watch }: ProxiedRequest): boolean => !watch && path === "/api/v1/configmaps";

/** Faults of single answers, each where it can strike. */
const answers: Readonly<Record<string, Fault>> = {
  "stream reset in the middle of a line": { kind: "truncate", afterBytes: 100_001, ending: "reset" },
  "stream reset before its first byte": { kind: "truncate", afterBytes: 0, ending: "reset" },
  "stream truncated as if it ended there": { kind: "truncate", afterBytes: 100_001, ending: "end" },
  "malformed JSON": { kind: "garbage", afterLines: 3 },
  "JSON that is no event": { kind: "garbage", afterLines: 3, line: '{"type":"ADDED","object":{"kind":"Pod"}}' },
  "an ERROR event with 410": { kind: "garbage", afterLines: 3, line: goneEvent() },
  GOAWAY: { kind: "goAway" },
  "a late answer": { kind: "delay", ms: 300 },
  ...Object.fromEntries(
    [401, 403, 404, 410, 429, 500, 503, 504].map((status) => [`${status}`, { kind: "answer", status } as const]),
  ),
  "429 with Retry-After": { kind: "answer", status: 429, retryAfterSeconds: 1 },
  "a login page": { kind: "answer", status: 200, body: "<html>Please log in</html>" },
};

/** First on the list, then on the watch that follows it. */
async function strikeListAndWatch({ api, through, proxy, namespace }: Proxied, fault: Fault): Promise<void> {
  const times = fault.kind === "answer" && fault.retryAfterSeconds !== undefined ? 1 : 2;
  const onList = proxy.inject({ fault, match: isWatch, times });
  await using hearing = hear(impatientFollow(through), { resource });
  await churn(api, namespace, "list");
  await assertFollowerEqualsFreshList(hearing, { api, resource });
  assert.ok(onList.hits() > 0);
  onList.remove();
  const onWatch = proxy.inject({ fault, match: isWatch, times });
  proxy.cut();
  await churn(api, namespace, "watch");
  await until("the fault", () => onWatch.hits() > 0);
  await churn(api, namespace, "after");
  await assertFollowerEqualsFreshList(hearing, { api, resource });
}

const onAnswers = Object.fromEntries(
  Object.entries(answers).map(([name, fault]) => [name, (setting: Proxied) => strikeListAndWatch(setting, fault)]),
);

const inPages: Partial<FollowTuning> = { initialList: "pages", pageSize: 50 };

const parts: Parts<Proxied> = {
  ...onAnswers,

  async "pages that are cut, malformed, refused or expired midway"({ api, through, proxy, namespace }) {
    const faults: readonly Fault[] = [
      { kind: "truncate", afterBytes: 5_000, ending: "reset" },
      { kind: "truncate", afterBytes: 5_000, ending: "end" },
      { kind: "garbage", afterLines: 0 },
      { kind: "answer", status: 503 },
      { kind: "answer", status: 410 },
    ];
    for (const [index, fault] of faults.entries()) {
      const midway = (request: ProxiedRequest): boolean => isPage(request) && request.query.has("continue");
      // More often than the client tries by itself.
      const injected = proxy.inject({ fault, match: midway, times: 4 });
      await using hearing = hear(impatientFollow(through, inPages), { resource });
      await churn(api, namespace, `fault-${index}`);
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      assert.ok(injected.hits() > 0);
      injected.remove();
    }
  },

  async "connections reset again and again"({ api, through, proxy, namespace }) {
    await using hearing = hear(impatientFollow(through), { resource });
    for (let round = 0; round < sized({ small: 5, full: 200 }); round++) {
      await churn(api, namespace, `round-${round}`);
      proxy.cut();
      await churn(api, namespace, `cut-${round}`);
      if (round % 5 === 0) await assertFollowerEqualsFreshList(hearing, { api, resource });
    }
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "a connection that is half open is noticed"({ api, through, proxy, namespace }) {
    await using hearing = hear(impatientFollow(through), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    const told = hearing.mirror.statuses().length;
    proxy.halfOpen();
    // For new connections.
    proxy.restore();
    await churn(api, namespace, "silent");
    await until("the silence to be noticed", () => noticed(hearing, told));
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "a connection that is half open in the middle of the list"({ api, through, proxy, namespace }) {
    // More than what windows and buffers on the way hold.
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(600, { prefix: "large", bytes: 10_000 }));
    let isOpen = true;
    await using hearing = hear(impatientFollow(through), {
      resource,
      onEvent({ type }) {
        if (!isOpen || type !== "changes") return;
        isOpen = false;
        assert.ok(hearing.mirror.objects().length < 600, "the list is not read whole yet");
        proxy.halfOpen();
        proxy.restore();
      },
    });
    await until("the silence to be noticed", () => noticed(hearing, 0));
    await churn(api, namespace, "restored");
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    await api.json({ method: "DELETE", path });
  },

  async "a stream that stalls on a connection that lives"({ api, through, proxy, namespace }) {
    const stalled = proxy.inject({ fault: { kind: "stall", afterBytes: 100_001 }, match: isWatch, times: 1 });
    const tuning = { proofMs: 500, watchSeconds: { low: 1, high: 2 }, overdueMs: 500 };
    await using hearing = hear(impatientFollow(through, tuning), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    assert.equal(stalled.hits(), 1);
    const again = proxy.inject({ fault: { kind: "stall", afterBytes: 10 }, match: isWatch, times: 1 });
    await until("a watch that stalls", () => again.hits() === 1);
    await churn(api, namespace, "stalled");
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "watches that the server ends every second in good order are no trouble"({ api, through, namespace }) {
    // However late a busy machine hears of its beginning, each watch was a success.
    const tuning = { watchSeconds: { low: 1, high: 2 }, stableMs: 1 };
    await using hearing = hear(impatientFollow(through, tuning), { resource });
    for (let round = 0; round < sized({ small: 3, full: 60 }); round++) {
      await churn(api, namespace, `round-${round}`);
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      const { length } = hearing.mirror.words();
      await churn(api, namespace, `again-${round}`);
      await until("the changes", () => hearing.mirror.words().length > length);
    }
    const statuses = hearing.mirror.statuses().map(({ status }) => status);
    assert.deepEqual(statuses, ["syncing", "live"]);
  },
};

/** It may be over in less than a wait looks twice: what was told counts, not what is. */
const noticed = ({ mirror }: Hearing, told: number): boolean =>
  mirror
    .statuses()
    .slice(told)
    .some(({ status }) => status === "catching-up");
