import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sized } from "../../../test/size.ts";
import { until } from "../../../test/kube/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type KnownObject } from "../model.ts";
import { createKnownObjects } from "./known-objects.ts";
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
import { type Parts, runParts } from "./testing/real-parts.ts";

describe("a follower on a real API server", () => {
  it("comes back from every fault of the server, and equals a fresh list", async (t) => {
    await runParts(t, parts);
  });
});

const parts: Parts = {
  async "a WatchList and pages tell the same"({ api, namespace }) {
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(1_200));
    for (const initialList of ["watch-list", "pages"] as const) {
      await using hearing = hear(impatientFollow(api, { initialList }), { resource });
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      await churn(api, namespace, initialList);
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      assert.deepEqual(
        hearing.mirror.synced().map(({ via }) => via),
        [initialList],
      );
      assert.deepEqual(
        hearing.mirror.statuses().map(({ status }) => status),
        ["syncing", "live"],
      );
    }
  },

  async "selectors choose the same objects for a list, a WatchList and a watch"({ api, namespace }) {
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(5, { prefix: "chosen" }));
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(5, { prefix: "other" }));
    const path = `/api/v1/namespaces/${namespace}/configmaps/chosen-00000`;
    for (const initialList of ["watch-list", "pages"] as const) {
      const options = { namespace, labelSelector: "prefix=chosen" };
      await using hearing = hear(impatientFollow(api, { initialList, pageSize: 2 }), { resource, options });
      await until("the first list", () => hearing.mirror.objects().length === 5);
      await until("live", () => hearing.mirror.lastStatus()?.status === "live");
      const relabel = (prefix: string): Promise<unknown> =>
        api.json({
          method: "PATCH",
          path,
          body: { metadata: { labels: { prefix } } },
          contentType: "application/merge-patch+json",
        });
      await relabel("left");
      await until("the object that left the selection", () => hearing.mirror.objects().length === 4);
      await relabel("chosen");
      await until("the object that came back", () => hearing.mirror.objects().length === 5);
    }
  },

  async "killed by -9 in the middle of a list, and started again"({ kube, api, namespace }) {
    const count = sized({ small: 600, full: 10_000 });
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(count, { bytes: 8_000 }));
    for (const initialList of ["watch-list", "pages"] as const) {
      let killed = false;
      await using hearing = hear(impatientFollow(api, { initialList, pageSize: 100 }), {
        resource,
        async onEvent({ type }) {
          if (killed || type !== "changes") return;
          killed = true;
          assert.ok(hearing.mirror.objects().length < count, "the list is not read whole yet");
          await kube.killApiServer();
        },
      });
      await until("a follower that lost its server", () => hearing.mirror.lastStatus()?.status === "catching-up");
      assert.equal(hearing.mirror.synced().length, 0);
      await kube.startApiServer();
      await churn(api, namespace, initialList);
      await assertFollowerEqualsFreshList(hearing, { api, resource });
    }
  },

  async "killed again and again while objects come and go"({ kube, api, namespace }) {
    await using hearing = hear(impatientFollow(api), { resource });
    for (let round = 0; round < sized({ small: 2, full: 100 }); round++) {
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      await churn(api, namespace, `before-${round}`);
      await kube.killApiServer();
      await kube.startApiServer();
      await churn(api, namespace, `after-${round}`);
    }
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "frozen, and thawed"({ kube, api, namespace }) {
    await using client = clientOf(kube, { credential: kube.adminToken, pingIntervalMs: 500 });
    await using hearing = hear(impatientFollow(client), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    kube.freezeApiServer();
    await until("the silence to be noticed", () => hearing.mirror.lastStatus()?.status === "catching-up");
    kube.thawApiServer();
    await churn(api, namespace, "thawed");
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "resumed where it stood, while the server still knows"({ api, namespace }) {
    await churn(api, namespace, "before");
    const place = await followUntilSynced(api);
    await churn(api, namespace, "after");
    await using hearing = hear(impatientFollow(api), { resource, ...place });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    assert.deepEqual(
      hearing.mirror.synced().map(({ via }) => via),
      ["resume"],
    );
  },

  async "resumed from a resourceVersion that was compacted away"({ kube, api, namespace }) {
    await churn(api, namespace, "before");
    const place = await followUntilSynced(api);
    await churn(api, namespace, "after");
    const path = `/api/v1/namespaces/${namespace}/configmaps/before-00003`;
    await api.json({ method: "DELETE", path });
    await kube.forgetHistory();
    await using hearing = hear(impatientFollow(api), { resource, ...place });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    const codes = hearing.mirror.statuses().map(({ error }) => error?.code);
    assert.ok(codes.includes("HEDDLE_CLUSTER_GONE"), `410 was seen: ${codes.join()}`);
    assert.deepEqual(
      hearing.mirror.synced().map(({ via }) => via),
      ["watch-list"],
    );
    assert.ok(hearing.mirror.words().includes("deleted before-00003 unknown"));
    assert.equal(hearing.mirror.changes(), 5 + 1, "no more than the differences were told");
  },

  async "its place compacted away while it was cut off"({ kube, api, namespace }) {
    await using hearing = hear(impatientFollow(api), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    await churn(api, namespace, "gap");
    await kube.forgetHistory();
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },

  async "many objects deleted at once"({ api, namespace }) {
    const count = sized({ small: 1_000, full: 10_000 });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAll(api, path, configMapsOf(count));
    await using hearing = hear(impatientFollow(api), { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    await api.json({ method: "DELETE", path, timeoutMs: 0 });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
    const deletes = hearing.mirror.words().filter((word) => word.startsWith("deleted"));
    assert.equal(deletes.filter((word) => word.endsWith("known")).length, deletes.length);
    assert.ok(deletes.length >= count);
  },

  async "WatchList switched off on the server, and on again"({ kube, api, namespace }) {
    await kube.killApiServer();
    await kube.startApiServer(["--feature-gates=WatchList=false"]);
    const follow = impatientFollow(api);
    {
      await using hearing = hear(follow, { resource });
      await churn(api, namespace, "off");
      await assertFollowerEqualsFreshList(hearing, { api, resource });
      assert.deepEqual(
        hearing.mirror.synced().map(({ via }) => via),
        ["pages"],
      );
      assert.ok(!hearing.mirror.words().includes("catching-up"), "a refusal is no trouble");
    }
    await kube.killApiServer();
    await kube.startApiServer([]);
    await using hearing = hear(follow, { resource });
    await assertFollowerEqualsFreshList(hearing, { api, resource });
  },
};

/** What a follower knew when it was synced, and where it stood. */
async function followUntilSynced(api: ApiClient) {
  const known = createKnownObjects();
  await using hearing = hear(impatientFollow(api), { resource, options: { known } });
  await assertFollowerEqualsFreshList(hearing, { api, resource });
  const resourceVersion = hearing.mirror.synced().at(-1)?.resourceVersion ?? "";
  const records: readonly KnownObject[] = [...known.values()];
  return { seed: hearing.mirror.objects(), options: { known: createKnownObjects(records), resourceVersion } };
}
