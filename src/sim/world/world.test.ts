import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { createSimulatedFleet } from "./simulated-fleet.ts";
import { placeAt } from "./places.ts";

/** Everything that a fleet of this seed holds after a while, uids and times included. */
async function historyOf(seed: number): Promise<readonly string[]> {
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  await using fleet = await createSimulatedFleet({ seed, clusters: 2, pods: 30, everyMs: 1_000 }, { clock });
  for (let step = 0; step < 400; step++) clock.advance(100);
  return fleet.clusters.flatMap((cluster) =>
    ["pods", "deployments.apps", "replicasets.apps", "nodes", "jobs.batch", "namespaces"].flatMap((collection) =>
      lookAt(cluster, collection),
    ),
  );
}

function lookAt(
  cluster: Awaited<ReturnType<typeof createSimulatedFleet>>["clusters"][number],
  collection: string,
): readonly string[] {
  let found: readonly string[] = [];
  cluster.happen((view) => {
    found = view.list(collection).map((object) => JSON.stringify(object));
    return [];
  });
  return found;
}

describe("a simulated fleet", () => {
  const seven = historyOf(7);

  it("is the same for the same seed and clock, and another for another", async () => {
    const [one, again, other] = [await seven, await historyOf(7), await historyOf(8)];
    assert.ok(one.length > 60);
    assert.deepEqual(again, one);
    assert.notDeepEqual(other, one);
  });

  it("lives: roll-outs, restarts and jobs are seen after a while", async () => {
    const history = (await seven).join("\n");
    assert.match(history, /"restartCount":[1-9]/);
    assert.match(history, /"phase":"Succeeded"/);
    assert.match(history, /"generation":[2-9]/);
  });

  it("names its clusters by environment and region, each another", () => {
    const names = Array.from({ length: 40 }, (_, index) => placeAt(index).name);
    assert.equal(new Set(names).size, 40);
    assert.deepEqual(names.slice(0, 3), ["prod-us-east-1", "staging-eu-central-1", "dev-ap-south-1"]);
  });
});
