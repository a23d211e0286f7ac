import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sized } from "../../../test/size.ts";
import { until } from "../../../test/kube/index.ts";
import { churn, configMapsOf, createAll } from "../../cluster/follow/testing/real-follow.ts";
import { parseClusterId } from "../../model/index.ts";
import { seedWitness } from "./testing/equality.ts";
import { type LiveParts, runLiveParts } from "./testing/live-parts.ts";
import { type Session } from "./testing/real-live.ts";

const id = parseClusterId("real");
const worst = ({ store }: Session): readonly string[] => [
  ...new Set(store.kinds(id).map(({ freshness }) => freshness.state)),
];
const isLost = (session: Session): boolean => worst(session).includes("stale");

describe("a feed through a fault proxy before a real API server", () => {
  it("equals fresh lists after every fault, and tells each difference once", async (t) => {
    await runLiveParts(t, parts);
  });
});

const parts: LiveParts = {
  async "the API server killed in the middle of the first lists, and started again"({
    kube,
    api,
    namespace,
    begin,
    isEqual,
  }) {
    const count = sized({ small: 300, full: 10_000 });
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(count, { bytes: 4_000 }));
    await using session = begin();
    const objects = (): number => session.live.progress()[0]?.objects ?? 0;
    await until("some objects", () => objects() > 20, { everyMs: 1 });
    await kube.killApiServer();
    assert.ok(!session.witness.words().includes("synced"), "the first sync is not done yet");
    await kube.startApiServer();
    await churn(api, namespace, "killed");
    await until("the sync", () => session.live.progress()[0]?.synced);
    await until("the first sync to be told", () => session.witness.words().includes("synced"));
    const before = session.witness.events().length;
    await churn(api, namespace, "after");
    await until("the changes after it", () => session.witness.events().length >= before + 10);
    await seedWitness(session);
    await isEqual(session);
    assert.equal(session.witness.words().filter((word) => word === "synced").length, 1);
  },

  async "every connection cut, again and again"({ api, namespace, proxy, synced, isEqual }) {
    await using session = await synced();
    for (let round = 0; round < sized({ small: 3, full: 50 }); round++) {
      const changing = churn(api, namespace, `cut-${round}`);
      proxy.cut();
      await changing;
    }
    await isEqual(session);
    const [progress] = session.live.progress();
    assert.ok(
      progress?.kinds.some(({ restarts }) => restarts > 0),
      "restarts are counted",
    );
  },

  async "connections that hang silently, and are stale as long as they do"({ api, namespace, proxy, synced, isEqual }) {
    await using session = await synced();
    proxy.halfOpen();
    await churn(api, namespace, "hanging");
    await until("the silence to be noticed", () => isLost(session));
    assert.deepEqual(session.witness.words().slice(1), [], "nothing was heard");
    proxy.restore();
    proxy.cut();
    await isEqual(session);
    assert.deepEqual(worst(session), ["live"]);
  },

  async "a history compacted away while it was cut off"({ kube, api, namespace, proxy, synced, isEqual }) {
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(5, { prefix: "old" }));
    await using session = await synced();
    proxy.refuse();
    proxy.cut();
    await until("the loss to be noticed", () => isLost(session));
    await churn(api, namespace, "gap");
    await api.json({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/configmaps/old-00003` });
    await kube.forgetHistory();
    proxy.restore();
    await isEqual(session);
    const deleted = session.witness.words().filter((word) => word.endsWith("unknown"));
    assert.deepEqual(deleted, [`deleted configmaps/${namespace}/old-00003 unknown`]);
    const told = session.witness.events().find(({ finalstate }) => finalstate === "unknown");
    assert.ok(told !== undefined && "data" in told.data, "its last state was told, as it was seen");
  },

  async "many objects deleted at once"({ api, namespace, synced, isEqual }) {
    const count = sized({ small: 300, full: 10_000 });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(count));
    await using session = await synced();
    await api.json({ method: "DELETE", path, timeoutMs: 0 });
    await isEqual(session);
    assert.equal(session.witness.words().filter((word) => word.startsWith("deleted")).length, count);
  },

  async "many objects gone while it looked away"({ kube, api, namespace, proxy, synced, isEqual }) {
    const count = sized({ small: 300, full: 10_000 });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(count));
    await using session = await synced();
    proxy.refuse();
    proxy.cut();
    await until("the loss to be noticed", () => isLost(session));
    await api.json({ method: "DELETE", path, timeoutMs: 0 });
    await kube.forgetHistory();
    proxy.restore();
    await isEqual(session);
    const words = session.witness.words().slice(1);
    assert.equal(words.length, count);
    assert.ok(words.every((word) => word.endsWith("unknown")));
  },

  async "a cluster lost for longer than its objects are kept"({ api, namespace, proxy, synced, isEqual }) {
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(50, { prefix: "kept" }));
    await using session = await synced({ live: { cacheTtlMs: 300 } });
    proxy.refuse();
    proxy.cut();
    await until("its objects to be dropped", () => session.store.kinds(id).length === 0);
    assert.equal(session.live.progress()[0]?.objects, 0);
    assert.deepEqual(session.witness.words().slice(1), [], "nobody was told that they are gone: they are not");
    await churn(api, namespace, "gap");
    await api.json({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/configmaps/kept-00003` });
    proxy.restore();
    await isEqual(session);
    assert.equal(session.witness.words().slice(1).length, 6, "5 that are new and 1 that is gone");
  },
};
