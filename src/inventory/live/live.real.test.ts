import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger, systemClock, systemRandom } from "../../base/index.ts";
import { createCluster } from "../../cluster/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { kubeForTest } from "../../../test/kube/index.ts";
import { churn, clientOf, createNamespace } from "../../cluster/follow/testing/real-follow.ts";
import { assertEqualsFreshLists, seedWitness } from "./testing/equality.ts";
import { beginSession, plannedFor } from "./testing/real-live.ts";

describe("a feed on a real API server", () => {
  it("fills the store with every kind, and tells each change once", async (t) => {
    const kube = await kubeForTest(t, { etcd: "3.6" });
    if (kube === undefined) return;
    await using api = clientOf(kube, { credential: kube.adminToken });
    const planned = plannedFor("real", kube, kube.adminToken);
    const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
    await using direct = createCluster(deps, { id: parseClusterId("real"), access: await planned.access() });
    const namespace = await createNamespace(api, "work");
    await churn(api, namespace, "before");
    await using session = beginSession({ clusters: [planned] });
    await session.live.ready(AbortSignal.timeout(60_000));
    await seedWitness(session);
    await churn(api, namespace, "after");
    await assertEqualsFreshLists(session, { direct });
    assert.equal(session.witness.repeated(), 0);
  });
});
