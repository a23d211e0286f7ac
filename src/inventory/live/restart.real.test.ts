import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { silentLogger, systemClock } from "../../base/index.ts";
import { type Catalog, createTexts, type KindTexts, openCatalog, type Texts } from "../../catalog/index.ts";
import { type ApiClient } from "../../cluster/index.ts";
import { churn, configMapsOf, createAll } from "../../cluster/follow/testing/real-follow.ts";
import { allow, defineWidgets, definitions } from "../../cluster/follow/testing/rights.ts";
import { parseClusterId } from "../../model/index.ts";
import { type ProxiedRequest, until } from "../../../test/kube/index.ts";
import { type LiveOptions } from "./model.ts";
import { type LiveParts, type LiveSetting, runLiveParts } from "./testing/live-parts.ts";
import { type Session } from "./testing/real-live.ts";

describe("a feed that is ended and begun again over its catalog, before a real API server", () => {
  it("tells what happened in between, and nothing else", async (t) => {
    await runLiveParts(t, parts);
  });
});

/** A catalog on disk, opened for each session anew, and what was told by each. */
async function inSessions(
  { synced, begin }: LiveSetting,
  steps: readonly ((session: Session, texts: Texts) => Promise<void>)[],
  live: LiveOptions = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-live-"));
  try {
    const texts = createTexts({ log: silentLogger }, { folder: join(folder, "texts") });
    let witness: Session["witness"] | undefined;
    for (const [index, step] of steps.entries()) {
      await using catalog: Catalog = await openCatalog({ clock: systemClock, log: silentLogger }, { folder });
      await using session =
        index === 0 ? await synced({ catalog, texts, live }) : begin({ catalog, texts, live, witness });
      witness = session.witness;
      await step(session, texts);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const remove = (api: ApiClient, path: string): Promise<unknown> => api.json({ method: "DELETE", path });

/** What is kept of the cluster's ConfigMaps. */
async function keptIn(texts: Texts, api: ApiClient): Promise<KindTexts> {
  const { uid } = (await api.json({ path: "/api/v1/namespaces/kube-system" })).metadata as { uid: string };
  const kind = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps" };
  return texts.of({ cluster: id, identity: uid, kind });
}

const parts: LiveParts = {
  async "objects made, changed, deleted, and made again under the same name"(setting) {
    const { api, namespace, isEqual } = setting;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(300, { prefix: "old" }));
    await inSessions(setting, [
      async (session) => {
        await churn(api, namespace, "first");
        await isEqual(session);
        assert.equal(session.witness.words()[0], "synced");
      },
      async (session) => {
        await isEqual(session);
        assert.equal(session.witness.words().filter((word) => word === "synced").length, 1);
        assert.equal(session.witness.words().length, 1 + 10, "a restart without changes tells nothing");
        const { live } = session;
        await until("the sync", () => live.progress()[0]?.synced);
      },
      async (session) => {
        // Nothing: it is ended in the middle of its first lists.
        await until("a beginning", () => (session.live.progress()[0]?.kinds.length ?? 0) > 0, { everyMs: 1 });
        await remove(api, `${path}/old-00000`);
        await remove(api, `${path}/old-00001`);
        await createAll(api, path, configMapsOf(2, { prefix: "old" }).slice(1));
      },
      async (session) => {
        await isEqual(session);
        const words = session.witness.words().slice(1 + 10);
        assert.deepEqual(
          words.filter((word) => word.includes("old-00000")),
          [`deleted configmaps/${namespace}/old-00000${finalState(words)}`],
        );
        const again = words.filter((word) => word.includes("old-00001"));
        assert.deepEqual(
          again.map((word) => word.split(" ")[0]),
          ["deleted", "created"],
        );
        assert.equal(words.length, 3);
        assert.equal(session.witness.repeated(), 0);
      },
    ]);
  },

  async "a kind that came, and one that went, while it was there and while it was not"(setting) {
    const { api, isEqual } = setting;
    await inSessions(setting, [
      async (session) => {
        await defineWidgets(api, ["a", "b"]);
        await isEqual(session);
        assert.deepEqual(heardOf(session).toSorted(), ["created widgets/a", "created widgets/b"]);
        await remove(api, `${definitions}/widgets.example.org`);
        await isEqual(session);
        assert.deepEqual(heardOf(session).slice(2).toSorted(), ["deleted widgets/a", "deleted widgets/b"]);
      },
      async (session) => {
        await isEqual(session);
        await defineWidgets(api, ["b"]);
        await isEqual(session);
      },
    ]);
    await inSessions(setting, [
      async (session) => {
        assert.deepEqual(heardOf(session), [], "what was there at the first sync is not told by name");
        await session[Symbol.asyncDispose]();
        await remove(api, `${definitions}/widgets.example.org`);
        await until("it to be gone", () =>
          api.json({ path: `${definitions}/widgets.example.org` }).then(
            () => false,
            () => true,
          ),
        );
      },
      async (session) => {
        await isEqual(session);
        assert.deepEqual(heardOf(session), ["deleted widgets/b"]);
        await session[Symbol.asyncDispose]();
        await defineWidgets(api, ["c"]);
      },
      async (session) => {
        await isEqual(session);
        assert.deepEqual(heardOf(session), ["deleted widgets/b", "created widgets/c"]);
        await remove(api, `${definitions}/widgets.example.org`);
      },
    ]);
  },

  async "a cluster that was set back to before what is kept of it"(setting) {
    const { api, namespace, isEqual, say } = setting;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(3));
    const query = { watch: "1", resourceVersion: "999999999", timeoutSeconds: 1 };
    await using stream = await api.stream({ path, query, signal: AbortSignal.timeout(60_000) });
    let answer = "";
    for await (const chunk of stream.body) answer += chunk.toString();
    say(`a watch from a time to come is answered by ${JSON.stringify(answer)}`);
    await inSessions(setting, [
      async (session) => isEqual(session),
      async (session, texts) => {
        await session[Symbol.asyncDispose]();
        const kept = await keptIn(texts, api);
        const before = await kept.read(new AbortController().signal);
        assert.ok(before !== undefined, "it was kept");
        const blocks = [];
        for await (const { section, bytes } of before.blocks(new AbortController().signal))
          blocks.push({ section, block: { bytes, entries: 1 } });
        assert.ok(blocks.length > 0 && blocks.every(({ section }) => section === 0), "all of it was written at once");
        const mark = { ...before, cursor: "999999999", upTo: "999999999" };
        assert.ok(await kept.write({ whole: true, blocks: blocks.map(({ block }) => block), mark: () => mark }));
      },
      async (session) => {
        await isEqual(session);
        await churn(api, namespace, "later");
        await isEqual(session);
        assert.equal(session.witness.words().length, 1 + 10, "what happened later is told, and nothing else");
      },
    ]);
  },

  async "an API server that is too busy at first to say how far it is"(setting) {
    const { api, namespace, proxy, isEqual } = setting;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(3, { prefix: "old" }));
    const match = ({ path, query }: ProxiedRequest): boolean =>
      path === "/api/v1/configmaps" && query.get("limit") === "1";
    const steps = [
      async (session: Session, texts: Texts): Promise<void> => {
        await isEqual(session);
        const kept = await keptIn(texts, api);
        await until("it to be kept", () => kept.read(new AbortController().signal));
        await session[Symbol.asyncDispose]();
        await remove(api, `${path}/old-00001`);
        proxy.inject({ match, fault: { kind: "answer", status: 500 }, times: 2 });
      },
      async (session: Session): Promise<void> => {
        await isEqual(session);
        const words = session.witness.words().slice(1);
        assert.deepEqual(
          words,
          [`deleted configmaps/${namespace}/old-00001`],
          "its last state is told: no list has it",
        );
        assert.ok(proxy.requests().filter(match).length >= 3);
      },
    ];
    await inSessions(setting, steps, { keepEveryMs: 20 });
  },

  async "another cluster behind the same address"(setting) {
    const { api, namespace, proxy } = setting;
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(5));
    await inSessions(setting, [
      async () => {
        const body = JSON.stringify({ kind: "Namespace", metadata: { name: "kube-system", uid: "another" } });
        const match = ({ path }: Readonly<{ path: string }>): boolean => path === "/api/v1/namespaces/kube-system";
        proxy.inject({ match, fault: { kind: "answer", status: 200, body } });
      },
      async ({ witness, catalog }) => {
        await until("another first sync", () => witness.words().length === 2);
        assert.deepEqual(witness.words(), ["synced", "synced"], "nothing of the one is told of the other");
        await until("it to be recorded", async () => (await catalog.clusters())[0]?.syncedAtMs !== undefined);
        assert.equal((await catalog.clusters())[0]?.uid, "another");
      },
    ]);
  },

  async "a permission withdrawn for longer than objects are kept, and given back"(setting) {
    const { kube, api, namespace, planned, isEqual } = setting;
    const nobody = { kind: "User", name: "nobody", apiGroup: "rbac.authorization.k8s.io" };
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    await createAll(api, path, [{ metadata: { name: "kept" } }, { metadata: { name: "deleted" } }]);
    await allow(api, nobody, ["configmaps"]);
    const withdraw = await allow(api, nobody, ["secrets"]);
    const way = planned(kube.tokens.nobody);
    const clusters = [{ ...way, resources: { include: ["configmaps", "secrets"], exclude: [] } }];
    await using session = await setting.synced({ clusters, live: { cacheTtlMs: 500 } });
    await isEqual(session);
    await withdraw();
    const statusOf = (plural: string) =>
      session.live.progress()[0]?.kinds.find(({ resource }) => resource.plural === plural)?.status;
    await until(
      "the API server to have heard of it",
      () => {
        if (statusOf("secrets") !== "forbidden") setting.proxy.cut();
        return statusOf("secrets") === "forbidden";
      },
      { everyMs: 300 },
    );
    await until("its objects to be dropped", () => session.store.kinds(id).length === 1);
    await remove(api, `${path}/deleted`);
    await churn(api, namespace, "withdrawn");
    await until("the other kind to go on alone", () => session.witness.words().length >= 1 + 10);
    await allow(api, nobody, ["secrets"]);
    await isEqual(session);
    assert.deepEqual(
      session.witness.words().filter((word) => word.includes("secrets")),
      [`deleted secrets/${namespace}/deleted unknown`],
    );
  },
};

const id = parseClusterId("real");
const heardOf = ({ witness }: Session): readonly string[] =>
  witness
    .words()
    .filter((word) => word.includes(" widgets/"))
    .map((word) => word.replace(/ unknown$/, ""));
const finalState = (words: readonly string[]): string =>
  words.some((word) => word.endsWith("old-00000 unknown")) ? " unknown" : "";
