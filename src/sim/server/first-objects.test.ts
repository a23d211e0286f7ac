import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSimulatedCluster } from "./simulated-cluster.ts";

describe("an object that is in a simulated cluster from the beginning", () => {
  it("keeps its uid and its status, so that another may name it as its owner", async () => {
    const uid = "6a6f1c1e-0000-4000-8000-000000000001";
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "default", name: "web", uid },
      spec: { containers: [{ name: "web", image: "example.test/web:1" }] },
      status: { phase: "Running" },
    };
    await using cluster = await createSimulatedCluster({ controllers: false, objects: [pod] });
    cluster.happen((view) => {
      const found = view.get("pods", "default", "web");
      assert.deepEqual([found?.metadata.uid, found?.["status"]], [uid, { phase: "Running" }]);
      return [];
    });
    assert.equal(cluster.watches(), 0);
  });
});
