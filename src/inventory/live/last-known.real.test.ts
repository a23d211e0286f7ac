import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { silentLogger, systemClock } from "../../base/index.ts";
import { type Catalog, createTexts, openCatalog, type Texts } from "../../catalog/index.ts";
import { configMapsOf, createAll } from "../../cluster/follow/testing/real-follow.ts";
import { parseClusterId } from "../../model/index.ts";
import { until } from "../../../test/kube/index.ts";
import { type LiveParts, type LiveSetting, runLiveParts } from "./testing/live-parts.ts";
import { type Session } from "./testing/real-live.ts";

const id = parseClusterId("real");

describe("a feed that is begun again while its cluster cannot be reached, before a real API server", () => {
  it("shows what was last known of it, as stale, until it answers", async (t) => {
    await runLiveParts(t, parts);
  });
});

type Steps = Readonly<{
  /** The session that finds everything; what is kept on disk at its end. */
  before(session: Session): Promise<void>;
  /** Begun while nobody answers, over the same folder. */
  after(session: Session): Promise<void>;
  live?: Readonly<{ cacheTtlMs: number }>;
}>;

async function overRestart({ begin, synced, proxy }: LiveSetting, { before, after, live = undefined }: Steps) {
  const folder = await mkdtemp(join(tmpdir(), "heddle-last-known-"));
  const texts: Texts = createTexts({ log: silentLogger }, { folder: join(folder, "texts") });
  const openRecord = (): Promise<Catalog> => openCatalog({ clock: systemClock, log: silentLogger }, { folder });
  try {
    let witness: Session["witness"];
    {
      await using catalog = await openRecord();
      await using session = await synced({ catalog, texts });
      ({ witness } = session);
      await before(session);
    }
    proxy.refuse();
    proxy.cut();
    await using catalog = await openRecord();
    await using session = begin({ catalog, texts, witness, ...(live && { live }) });
    await after(session);
  } finally {
    proxy.restore();
    await rm(folder, { recursive: true });
  }
}

const names = async ({ store }: Session, namespace: string): Promise<readonly string[]> => {
  const query = { clusters: [id], kinds: [{ group: "", kind: "ConfigMap" }], namespaces: [namespace], search: "kept" };
  return (await store.query(query)).objects.map(({ ref }) => ref.name);
};
const statesOf = ({ store }: Session): ReadonlySet<string> =>
  new Set(store.kinds(id).map(({ freshness }) => freshness.state));
const isShown = (session: Session, namespace: string) => async (): Promise<boolean> =>
  (await names(session, namespace)).length === 5 && [...statesOf(session)].join() === "stale";

const parts: LiveParts = {
  async "as it was kept, since when, and all that happened meanwhile is told once when it is back"(setting) {
    const { api, namespace, isEqual, proxy } = setting;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(5, { prefix: "kept" }));
    let endedAtMs = 0;
    await overRestart(setting, {
      async before(session) {
        await isEqual(session);
        endedAtMs = systemClock.nowMs();
      },
      async after(session) {
        await until("what was last known to be shown", isShown(session, namespace));
        const { kinds } = { kinds: session.store.kinds(id) };
        const pods = kinds.find(({ resource }) => resource.kind === "ConfigMap");
        assert.ok(pods?.freshness.state === "stale" && pods.freshness.sinceMs <= endedAtMs + 5_000, "as old as it is");
        assert.deepEqual(pods.resource.shortNames, ["cm"], "and asked for by the words that people use");
        assert.equal(session.witness.words().length, 1, "nobody is told of what is only shown");
        await api.json({ method: "DELETE", path: `${path}/kept-00002` });
        await createAll(api, path, configMapsOf(1, { prefix: "later" }));
        proxy.restore();
        await isEqual(session);
        assert.deepEqual(
          session.witness
            .words()
            .slice(1)
            .map((word) => word.replace(/ unknown$/, ""))
            .toSorted(),
          [`created configmaps/${namespace}/later-00000`, `deleted configmaps/${namespace}/kept-00002`],
        );
      },
    });
  },

  async "and drops it when another cluster answers there"(setting) {
    const { api, namespace, proxy, isEqual } = setting;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(5, { prefix: "kept" }));
    await overRestart(setting, {
      before: isEqual,
      async after(session) {
        await until("what was last known to be shown", isShown(session, namespace));
        const dropped = new Set<string>();
        session.store.subscribeKinds(({ resource, state }) => {
          if (state === undefined) dropped.add(resource.kind);
        });
        const body = JSON.stringify({ kind: "Namespace", metadata: { name: "kube-system", uid: "another" } });
        const match = ({ path: asked }: Readonly<{ path: string }>): boolean =>
          asked === "/api/v1/namespaces/kube-system";
        proxy.inject({ match, fault: { kind: "answer", status: 200, body } });
        proxy.restore();
        await until("another first sync", () => session.witness.words().length === 2);
        assert.deepEqual(session.witness.words(), ["synced", "synced"], "nothing of the one is told of the other");
        assert.ok(dropped.has("ConfigMap"), "what was shown of the other went before");
      },
    });
  },

  async "for as long as objects of a lost cluster are kept"(setting) {
    const { api, namespace, isEqual } = setting;
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(5, { prefix: "kept" }));
    await overRestart(setting, {
      before: isEqual,
      live: { cacheTtlMs: 3_000 },
      async after(session) {
        let wasShown = false;
        session.store.subscribeKinds(({ state }) => (wasShown ||= state?.freshness.state === "stale"));
        await until("it to be dropped", () => wasShown && session.store.kinds(id).length === 0);
      },
    });
  },
};
