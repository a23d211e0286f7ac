import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Clock, HeddleError, systemClock } from "../../base/index.ts";
import { type Catalog, createMemoryCatalog } from "../../catalog/index.ts";
import { churn, configMaps, configMapsOf, createAll } from "../../cluster/follow/testing/real-follow.ts";
import { parseClusterId } from "../../model/index.ts";
import { liveBytes } from "../../../test/live-memory.ts";
import { sized } from "../../../test/size.ts";
import { until } from "../../../test/kube/index.ts";
import { seedWitness } from "./testing/equality.ts";
import { type LiveParts, runLiveParts } from "./testing/live-parts.ts";
import { plannedFor, type Session } from "./testing/real-live.ts";

const id = parseClusterId("real");

describe("a feed whose surroundings are in trouble, before a real API server", () => {
  it("goes on, and tells each difference once when they are well again", async (t) => {
    await runLiveParts(t, parts);
  });
});

const parts: LiveParts = {
  async "a catalog that cannot write for a while"({ api, namespace, synced, isEqual }) {
    const { catalog, fail } = failing();
    await using session = await synced({ catalog });
    fail(true);
    await churn(api, namespace, "full");
    await until("the store to go on", () => storeHas(session, namespace, "full-00005"));
    await until("the failure to be told", () => session.live.recording().failing);
    assert.deepEqual(session.witness.words().slice(1), [], "nothing is told that is not recorded");
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(20, { prefix: "later" }));
    fail(false);
    await isEqual(session);
    assert.equal(session.witness.words().slice(1).length, 10 + 20);
    assert.equal(session.live.recording().failing, undefined);
  },

  async "a catalog that cannot write for longer than memory lasts"({ api, namespace, synced, isEqual }) {
    const { catalog, fail } = failing();
    await using session = await synced({ catalog, live: { keepUnrecorded: 20 } });
    fail(true);
    for (let round = 0; round < 5; round++) await churn(api, namespace, `full-${round}`);
    await until("the store to go on", () => storeHas(session, namespace, "full-4-00002"));
    await until("the failure to be told", () => session.live.recording().failing);
    assert.ok(session.live.recording().waiting < 20, "not all of it waits");
    fail(false);
    await isEqual(session);
    const created = session.witness.words().filter((word) => word.startsWith("created"));
    assert.ok(created.length >= 5 * 5, "what was given up is told by its outcome");
  },

  async "a catalog that was damaged and begun anew"({ api, namespace, synced, begin, isEqual }) {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(10, { prefix: "kept" }));
    const { catalog, renew } = renewable();
    let witness;
    {
      await using session = await synced({ catalog });
      ({ witness } = session);
      renew();
      await churn(api, namespace, "renewed");
      await isEqual(session);
      await until("everything to be recorded", () => catalog.stats().objects === session.live.progress()[0]?.objects);
    }
    await api.json({ method: "DELETE", path: `${path}/kept-00003` });
    await using session = begin({ catalog, witness });
    await isEqual(session);
    assert.deepEqual(witness.words().slice(1 + 10), [`deleted configmaps/${namespace}/kept-00003 unknown`]);
  },

  async "a store that was spoilt behind its back"({ api, namespace, synced, isEqual }) {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(10, { prefix: "kept" }));
    await using session = await synced({ live: { resyncPeriodMs: 1_000 } });
    const place = { cluster: id, group: "", kind: "ConfigMap", namespace };
    const missing = session.store.get({ ...place, name: "kept-00001" })?.object();
    const old = session.store.get({ ...place, name: "kept-00002" })?.object();
    assert.ok(missing && old);
    const ghost = { ...missing, metadata: { ...missing.metadata, name: "ghost", uid: "ghost" } };
    session.store.apply(id, configMaps, [
      { type: "deleted", object: missing, finalState: "unknown" },
      { type: "updated", object: { ...old, metadata: { ...old.metadata, resourceVersion: "1" } } },
      { type: "created", object: ghost },
    ]);
    const progressOf = () => session.live.progress()[0]?.kinds.find(({ resource }) => resource.plural === "configmaps");
    await until("it to be mended", () => progressOf()?.mended === 3);
    await isEqual(session);
    assert.deepEqual(session.witness.words().slice(1), [], "nothing had changed in the cluster");
  },

  async "a clock that jumps"({ api, namespace, synced, isEqual }) {
    let offMs = 0;
    const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + offMs };
    await using session = await synced({ clock });
    for (const jumpMs of [86_400_000, -2 * 86_400_000, 0]) {
      offMs = jumpMs;
      await churn(api, namespace, `jump-${Math.abs(jumpMs)}`);
      await isEqual(session);
    }
    const sequences = session.witness.events().map(({ sequence }) => Number(sequence));
    assert.deepEqual(
      sequences,
      sequences.toSorted((a, b) => a - b),
    );
  },

  async "a cluster that begins every list and ends none, beside a healthy one"({ kube, proxy, planned, begin }) {
    // Another uid makes another cluster of it.
    const kubeSystem = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: "slow" } };
    const body = JSON.stringify(kubeSystem);
    const isKubeSystem = ({ path }: Readonly<{ path: string }>): boolean => path === "/api/v1/namespaces/kube-system";
    proxy.inject({ match: isKubeSystem, fault: { kind: "answer", status: 200, body } });
    const stalled = proxy.inject({ match: ({ watch }) => watch, fault: { kind: "stall", afterBytes: 0 } });
    const slow = { ...planned(), info: { ...planned().info, id: parseClusterId("slow"), name: "slow" } };
    await using session = begin({ clusters: [slow], live: { workerPoolSize: 2 } });
    await until("it to hold every place", () => stalled.hits() >= 2);
    session.fleet.add(plannedFor("real", kube, kube.adminToken));
    const progressOf = (name: string) => session.live.progress().find(({ cluster }) => cluster === name);
    await until("the healthy one to be synced", () => progressOf("real")?.synced);
    assert.equal(
      progressOf("slow")?.kinds.some(({ listed }) => listed),
      false,
    );
  },

  async "a cluster added and removed again and again"({ api, namespace, proxy, planned, begin, isEqual, say }) {
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(500, { bytes: 4_000 }));
    await using session = begin({ clusters: [] });
    const { fleet, live, store, catalog } = session;
    const rounds = sized({ small: 4, full: 100 });
    const used: number[] = [];
    for (let round = 0; round < rounds; round++) {
      fleet.add(planned());
      // Every other time in the middle of its first lists.
      const enough = (): boolean => live.progress()[0]?.synced === true || (round % 2 === 1 && store.revision() > 0);
      await until("the cluster to be followed", () => live.progress().length === 1 && enough(), { everyMs: 5 });
      await fleet.remove(id);
      // By themselves they would watch for minutes.
      await until("its followers to end", () => store.kinds(id).length === 0 && proxy.connections() === 0, {
        everyMs: 5,
      });
      await until("its record to be dropped", async () => (await catalog.clusters()).length === 0);
      assert.deepEqual(live.progress(), []);
      used.push(liveBytes());
    }
    const grownBytes = (used.at(-1) ?? 0) - (used[Math.floor(rounds / 10) + 1] ?? 0);
    say(`${rounds} additions and removals: memory grew by ${Math.round(grownBytes / 1024)} KiB`);
    assert.ok(grownBytes < 10 * 1024 * 1024, `memory grew by ${grownBytes} bytes`);
    fleet.add(planned());
    await until("the first sync", () => live.progress()[0]?.synced);
    await seedWitness(session);
    await churn(api, namespace, "afterwards");
    await isEqual(session);
  },
};

/** A catalog that says that the disk is full as long as it is told to. */
function failing(): Readonly<{ catalog: Catalog; fail(now: boolean): void }> {
  const memory = createMemoryCatalog({ clock: systemClock });
  let isFull = false;
  const written = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isFull)
      throw new HeddleError("told by the test: the disk is full", {
        code: "HEDDLE_CATALOG_WRITE_FAILED",
        retryable: true,
      });
    return work();
  };
  const catalog: Catalog = {
    ...memory,
    record: (batch) => written(() => memory.record(batch)),
    setCluster: (cluster) => written(() => memory.setCluster(cluster)),
    dropKind: (cluster, kind) => written(() => memory.dropKind(cluster, kind)),
    dropCluster: (cluster) => written(() => memory.dropCluster(cluster)),
  };
  return { catalog, fail: (now) => void (isFull = now) };
}

/** A catalog that can lose everything, and tells so as one on disk does that was damaged. */
function renewable(): Readonly<{ catalog: Catalog; renew(): void }> {
  let now = createMemoryCatalog({ clock: systemClock });
  let renewed = 0;
  const catalog: Catalog = {
    clusters: () => now.clusters(),
    setCluster: (cluster) => now.setCluster(cluster),
    kinds: (cluster) => now.kinds(cluster),
    objects: (cluster, kind) => now.objects(cluster, kind),
    record: (batch) => now.record(batch),
    dropKind: (cluster, kind) => now.dropKind(cluster, kind),
    dropCluster: (cluster) => now.dropCluster(cluster),
    log: {
      bounds: () => now.log.bounds(),
      read: (after, limit) => now.log.read(after, limit),
      readBack: (before, limit) => now.log.readBack(before, limit),
    },
    stats: () => ({ ...now.stats(), renewed }),
    [Symbol.asyncDispose]: () => now[Symbol.asyncDispose](),
  };
  const renew = (): void => {
    now = createMemoryCatalog({ clock: systemClock });
    renewed += 1;
  };
  return { catalog, renew };
}

const storeHas = ({ store }: Session, namespace: string, name: string): boolean =>
  store.get({ cluster: id, group: "", kind: "ConfigMap", namespace, name }) !== undefined;
