import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { startFaultProxy, until } from "../../../test/kube/index.ts";
import { sized } from "../../../test/size.ts";
import { createSimulatedCluster, type SimulatedCluster } from "../../sim/index.ts";
import { createSeededRandom } from "../../base/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type ListTaking } from "../model.ts";
import { hear } from "./testing/hear.ts";
import {
  assertFollowerEqualsFreshList,
  churn,
  clientOf,
  configMaps as resource,
  configMapsOf,
  createAll,
  impatientFollow,
} from "./testing/real-follow.ts";
import { createTestTaking } from "./testing/test-taking.ts";

const ways = ["watch-list", "pages"] as const;
const path = "/api/v1/namespaces/default/configmaps";

type Opened = Readonly<{ simulated: SimulatedCluster; api: ApiClient; door: Readonly<{ server: string; ca: string }> }>;

/** A simulated API server with some objects, and a client that nothing is wrong with. */
async function open(t: TestContext, count: number, pastEvents?: number): Promise<Opened> {
  const simulated = await createSimulatedCluster(pastEvents === undefined ? {} : { pastEvents });
  t.after(() => simulated[Symbol.asyncDispose]());
  const door = { server: simulated.server, ca: simulated.authority };
  const api = clientOf(door, { credential: simulated.token });
  t.after(() => api[Symbol.asyncDispose]());
  await createAll(api, path, configMapsOf(count));
  return { simulated, api, door };
}

describe("a follower on a simulated API server cannot tell it from a real one", () => {
  it("a WatchList and pages tell the same", async (t) => {
    const { api } = await open(t, 1_200);
    for (const initialList of ways) {
      await using hearing = hear(impatientFollow(api, { initialList }), { resource });
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      await churn(api, "default", initialList);
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      assert.deepEqual(
        hearing.mirror.synced().map(({ via }) => via),
        [initialList],
      );
    }
  });

  it("a WatchList that others take in tells the same", async (t) => {
    const { api } = await open(t, 1_200);
    const takings: ListTaking[] = [];
    let letGo = 0;
    const take = (): ListTaking => {
      const taking = createTestTaking(createSeededRandom(7));
      takings.push(taking);
      return { ...taking, [Symbol.dispose]: () => void (letGo += 1) };
    };
    await using hearing = hear(impatientFollow(api, { answerMs: 600_000, proofMs: 600_000 }), {
      resource,
      options: { take },
    });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    // Sooner than the server's next bookmark, which would end the wait for it too.
    await until("it to be let go, though nothing changes", () => letGo > 0, { timeoutMs: 30_000 });
    await churn(api, "default", "taken");
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    assert.equal(takings.length, 1);
    assert.ok(hearing.mirror.words().filter((word) => word.startsWith("listed")).length > 10);
  });

  it("lists again after the past is forgotten while it was cut off", async (t) => {
    const { api, door, simulated } = await open(t, 50);
    for (const initialList of ways) {
      await using proxy = await startFaultProxy(door);
      await using behind = clientOf(
        { server: proxy.server, ca: proxy.ca },
        { credential: simulated.token, pingIntervalMs: 200 },
      );
      await using hearing = hear(impatientFollow(behind, { initialList }), { resource });
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      using away = { [Symbol.dispose]: proxy.inject({ fault: { kind: "answer", status: 503 } }).remove };
      proxy.cut();
      await churn(api, "default", `away-${initialList}`);
      simulated.forgetPast();
      away[Symbol.dispose]();
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      assert.equal(hearing.mirror.synced().length, 2, "it had to list again");
    }
  });

  it("lists again when its pages expire in the middle of a list", async (t) => {
    const { api, simulated } = await open(t, 300);
    let forgotten = false;
    await using hearing = hear(impatientFollow(api, { initialList: "pages", pageSize: 50 }), {
      resource,
      async onEvent({ type }) {
        if (forgotten || type !== "changes") return;
        forgotten = true;
        await churn(api, "default", "meanwhile");
        simulated.forgetPast();
      },
    });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    assert.ok(forgotten);
  });

  it("resumes after every cut, in any history of changes", async (t) => {
    const { api, door, simulated } = await open(t, 30, 200);
    await using proxy = await startFaultProxy(door);
    await using behind = clientOf({ server: proxy.server, ca: proxy.ca }, { credential: simulated.token });
    const hearings = ways.map((initialList) => hear(impatientFollow(behind, { initialList }), { resource }));
    await using parts = new AsyncDisposableStack();
    for (const hearing of hearings) parts.use(hearing);
    for (let round = 0; round < sized({ small: 8, full: 60 }); round++) {
      await Promise.all([churn(api, "default", `round-${round}`), (async () => proxy.cut())()]);
      if (round % 3 === 2) simulated.forgetPast();
    }
    for (const hearing of hearings) await assertFollowerEqualsFreshList(hearing, { api, resource });
  });
});
