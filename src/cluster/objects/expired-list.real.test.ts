import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { stringAt, type JsonValue } from "../../model/index.ts";
import { kubeForTest, testNamespace } from "../../../test/kube/index.ts";
import { type ApiClient } from "../api-client.ts";
import { createObjects } from "./objects.ts";
import { clusterOn, resourceOf } from "./testing/real-cluster.ts";

/** The same client, with something done once after its first answer. */
function afterFirst(api: ApiClient, act: () => Promise<void>): ApiClient {
  let done = false;
  return {
    ...api,
    async json(request) {
      const answer = await api.json(request);
      if (!done) {
        done = true;
        await act();
      }
      return answer;
    },
  };
}

describe("a list whose continue token expires between two pages", () => {
  it("starts over as one, and ends the pages with GONE", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;
    await using cluster = clusterOn(kube, { token: kube.adminToken });
    const namespace = await testNamespace(t, kube);
    const configMaps = await resourceOf(cluster, "cm");
    const put = async (name: string): Promise<void> =>
      void (await cluster.objects.create(configMaps, { metadata: { namespace, name } }));
    for (const name of ["a", "b", "c", "d", "e"]) await put(name);

    const pages = cluster.objects.pages(configMaps, { namespace, pageSize: 2 })[Symbol.asyncIterator]();
    assert.equal((await pages.next()).value?.objects.length, 2);

    const forgetful = createObjects({
      api: afterFirst(cluster.api, async () => {
        await put("a-later");
        await kube.forgetHistory();
      }),
    });
    const whole = await forgetful.list(configMaps, { namespace, pageSize: 2 });
    assert.deepEqual(
      whole.objects.map(({ metadata }) => metadata.name),
      ["a", "a-later", "b", "c", "d", "e"],
      "one state, and the later one",
    );

    const failure: unknown = await pages.next().catch((error: unknown) => error);
    assert.ok(isHeddleError(failure, "HEDDLE_CLUSTER_GONE"), String(failure));
    assert.equal(stringAt(failure.details["status"] as JsonValue, "reason"), "Expired");
  });
});
