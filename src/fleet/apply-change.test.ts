import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { createAuthority, until } from "../../test/kube/index.ts";
import { startLocalServer } from "../cluster/http/testing/local-server.ts";
import { parseClusterId } from "../model/index.ts";
import { applyFleetChange } from "./apply-change.ts";
import { planFleetChange } from "./plan/fleet-change.ts";
import { becomes, createBench } from "./testing/bench.ts";
import { planOf } from "./testing/plan-of.ts";

const { signal } = new AbortController();
const id = parseClusterId;
const { place, fleetOf, close } = createBench({ startServer: startLocalServer, createAuthority });

describe("applyFleetChange", () => {
  afterEach(close);

  it("adds, removes, replaces, relabels and orders, and leaves the others' connections alone; then does nothing", async () => {
    const places = await Promise.all(["stays", "goes", "changes", "renamed"].map((name) => place(name)));
    const [stays, goes, changes, renamed] = places.map(({ planned }) => planned);
    const [comes, elsewhere] = [await place("comes"), await place("changes")];
    if (!stays || !goes || !changes || !renamed) return assert.fail();
    const before = planOf([stays, goes, changes, renamed]);
    const after = planOf([
      comes.planned,
      { ...renamed, info: { ...renamed.info, name: "Renamed" }, origin: "another line" },
      { ...stays, origin: "another line" },
      elsewhere.planned,
    ]);
    const fleet = fleetOf(before.clusters);
    fleet.start();
    await Promise.all(["stays", "goes", "changes", "renamed"].map((name) => becomes(fleet, name, "Connected")));
    const kept = await Promise.all(["stays", "renamed"].map((name) => fleet.connect(id(name), signal)));
    const told: string[] = [];
    fleet.subscribe(({ type, id }) => void told.push(`${type} ${id}`));
    const change = planFleetChange(before, after);
    await applyFleetChange(fleet, change);
    assert.deepEqual(told.toSorted(), ["added changes", "added comes", "removed changes", "removed goes"]);
    assert.deepEqual(
      fleet.clusters().map(({ id, name }) => `${id} ${name}`),
      ["comes comes", "renamed Renamed", "stays stays", "changes changes"],
    );
    assert.equal(fleet.planned(id("stays")).origin, "another line");
    await Promise.all(["comes", "changes"].map((name) => becomes(fleet, name, "Connected")));
    assert.deepEqual(await Promise.all(["stays", "renamed"].map((name) => fleet.connect(id(name), signal))), kept);
    await until("the others' connections to be closed", () =>
      places.slice(1, 3).every(({ server }) => server.connections.size === 0),
    );

    told.length = 0;
    await applyFleetChange(fleet, change);
    await applyFleetChange(fleet, planFleetChange(after, after));
    assert.deepEqual(told, []);
  });

  it("lets one that comes have the cluster of one that goes", async () => {
    const [old, renamed] = [await place("old", "same"), await place("new", "same")];
    const fleet = fleetOf([old.planned], { checkIntervalMs: 3_600_000 });
    fleet.start();
    await becomes(fleet, "old", "Connected");
    await applyFleetChange(fleet, planFleetChange(planOf([old.planned]), planOf([renamed.planned])));
    await becomes(fleet, "new", "Connected");
  });
});
