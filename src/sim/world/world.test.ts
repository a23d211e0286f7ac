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

  it("stands still when it is told to, and answers on", async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1));
    await using fleet = await createSimulatedFleet({ seed: 7, clusters: 2, pods: 30, everyMs: 1_000 }, { clock });
    const look = () => fleet.clusters.map((cluster) => lookAt(cluster, "pods"));
    const before = look();
    for (let step = 0; step < 100; step++) clock.advance(100);
    assert.notDeepEqual(look(), before, "it lives");
    fleet.still();
    const then = look();
    for (let step = 0; step < 600; step++) clock.advance(100);
    assert.deepEqual(look(), then);
    assert.equal(clock.pending(), 0, "and nothing waits to happen");
  });

  it("is given up while it is made, between any two things that happen in it", async () => {
    const base = createManualClock(Date.UTC(2026, 0, 1));
    // Every look at the clock says that it is time for others.
    const clock = { ...base, monotonicMs: () => (base.advance(10), base.monotonicMs()) };
    const stop = new AbortController();
    const making = createSimulatedFleet({ clusters: 300, pods: 200 }, { clock, signal: stop.signal });
    stop.abort(new Error("it is not wanted any more"));
    await assert.rejects(making, /not wanted any more/);
  });

  it("names its clusters by environment and region, each another", () => {
    const names = Array.from({ length: 40 }, (_, index) => placeAt(index).name);
    assert.equal(new Set(names).size, 40);
    assert.deepEqual(names.slice(0, 3), ["prod-us-east-1", "staging-eu-central-1", "dev-ap-south-1"]);
  });
});
