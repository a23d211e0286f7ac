import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testKube, testNamespace } from "../../../test/kube/index.ts";
import { createFixedCredential } from "../credentials/fixed-credential.ts";
import { hear } from "./testing/hear.ts";
import { assertFollowerEqualsFreshList, churn, clientOf, configMaps, impatientFollow } from "./testing/real-follow.ts";

const resource = configMaps;

describe("a follower of one namespace", () => {
  it("has what is there and all that comes, by any way to list, and hears of no other namespace", async (t) => {
    const kube = await testKube(t);
    if (kube === undefined) return;
    await using api = clientOf(kube, { credential: createFixedCredential("test", kube.credential) });
    const [namespace, other] = [await testNamespace(t, kube), await testNamespace(t, kube)];
    await churn(api, namespace, "before");
    const options = { namespace };
    await using asItShips = hear(impatientFollow(api), { resource, options });
    await using inPages = hear(impatientFollow(api, { initialList: "pages", pageSize: 2 }), { resource, options });
    const all = [asItShips, inPages];
    for (const tag of ["first", "second", "third"]) {
      await Promise.all([churn(api, namespace, tag), churn(api, other, tag)]);
      for (const hearing of all) await assertFollowerEqualsFreshList(hearing, { api, resource, namespace });
    }
    await api.json({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/configmaps` });
    for (const hearing of all) {
      await assertFollowerEqualsFreshList(hearing, { api, resource, namespace });
      // A controller puts its own there.
      assert.ok(hearing.mirror.objects().length < 2);
    }
  });
});
