import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clustersByTrouble, kindsByHealth, type OverviewCluster } from "./overview.ts";

describe("kinds by health", () => {
  it("adds up what the server counted, trouble first, then workloads, then the many small things", () => {
    const kinds = kindsByHealth([
      { group: "", kind: "ConfigMap", health: "healthy", count: 900 },
      { group: "", kind: "Pod", health: "healthy", count: 10 },
      { group: "", kind: "Secret", health: "unhealthy", count: 1 },
      { group: "", kind: "Pod", health: "progressing", count: 2 },
    ]);
    assert.deepEqual(
      kinds.map(({ kind, total }) => `${kind} ${total}`),
      ["Secret 1", "Pod 12", "ConfigMap 900"],
    );
    assert.equal(kinds[1]?.progressing, 2);
  });
});

describe("clusters by trouble", () => {
  const cluster = (id: string, state: string, fresh = "live"): OverviewCluster => ({
    id,
    state,
    reason: "",
    environment: null,
    region: null,
    version: null,
    objects: 0,
    nodes: null,
    nodesReady: null,
    synced: true,
    lastSuccess: null,
    freshness: { state: fresh, since: null },
  });

  it("has those that cannot be reached first, then those whose answers are old", () => {
    const all = [
      cluster("a", "Connected"),
      cluster("b", "Connected", "stale"),
      cluster("c", "Degraded"),
      cluster("d", "Failed", "stale"),
    ];
    assert.deepEqual(
      clustersByTrouble(all).map(({ id }) => id),
      ["d", "c", "b", "a"],
    );
  });
});
