import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type ClusterId } from "../../model/index.ts";
import { defaultLive } from "../config/model.ts";
import { planOf } from "../testing/plan-of.ts";
import { plannedAt } from "../testing/thin-api.ts";
import { differenceOf, explainFleetChange, type FleetChange, planFleetChange } from "./fleet-change.ts";
import { type PlannedCluster } from "./model.ts";

const cluster = (id: string, server = `https://${id}`): PlannedCluster => plannedAt(id, { server, ca: "" });

const [a, b, c] = [cluster("a"), cluster("b"), cluster("c")];
const ids = (clusters: readonly PlannedCluster[]): readonly ClusterId[] => clusters.map(({ info }) => info.id);

const nothing: FleetChange = {
  added: [],
  removed: [],
  replaced: [],
  relabelled: [],
  moved: [],
  order: undefined,
  needsRestart: [],
};

describe("planFleetChange", () => {
  it("has nothing to do between equal plans, however often they were read", () => {
    assert.deepEqual(planFleetChange(planOf([a, b]), planOf([cluster("a"), cluster("b")])), nothing);
    assert.deepEqual(explainFleetChange(nothing), []);
  });

  it("tells what comes and what goes", () => {
    const change = planFleetChange(planOf([a, b]), planOf([b, c]));
    assert.deepEqual(change, { ...nothing, added: [c], removed: ["a"] });
  });

  const changed: readonly (readonly [string, Partial<PlannedCluster>, keyof FleetChange])[] = [
    ["its way in", { way: "another" }, "replaced"],
    ["its limits", { limits: { ...a.limits, qps: 7 } }, "replaced"],
    ["its resources", { resources: { include: ["pods"], exclude: [] } }, "replaced"],
    ["its name", { info: { ...a.info, name: "A" } }, "relabelled"],
    ["its environment", { info: { ...a.info, environment: "prod" } }, "relabelled"],
    ["its region", { info: { ...a.info, region: "eu" } }, "relabelled"],
    ["its line in the file", { origin: "heddle.yaml:7" }, "moved"],
  ];
  for (const [what, difference, kind] of changed) {
    it(`takes a cluster as ${kind} when ${what} is another`, () => {
      const other = { ...a, ...difference };
      assert.deepEqual(planFleetChange(planOf([a, b]), planOf([other, b])), { ...nothing, [kind]: [other] });
    });
  }

  it("tells the order only where coming and going does not give it", () => {
    assert.equal(planFleetChange(planOf([a, b]), planOf([a, b, c])).order, undefined);
    assert.equal(planFleetChange(planOf([a, b, c]), planOf([a, c])).order, undefined);
    assert.deepEqual(planFleetChange(planOf([a, b]), planOf([a, c, b])).order, ["a", "c", "b"]);
    assert.deepEqual(planFleetChange(planOf([a, b]), planOf([b, a])).order, ["b", "a"]);
  });

  it("tells which settings only a restart obeys, by the names that the file gives them", () => {
    const live = { ...defaultLive, enableMutations: true, cacheTtlMs: 1_000 };
    const change = planFleetChange(planOf([a]), planOf([a], { live, defaultNamespace: "shop" }));
    assert.deepEqual(change, { ...nothing, needsRestart: ["default_namespace", "cache_ttl", "enable_mutations"] });
  });

  it("is explained in words", () => {
    const many = Array.from({ length: 12 }, (_, index) => cluster(`c${index}`));
    const before = planOf([a, b, c]);
    const after = planOf([...many, { ...c, way: "another" }, { ...b, info: { ...b.info, name: "B" } }], {
      live: { ...defaultLive, enableMutations: true },
    });
    assert.deepEqual(explainFleetChange(planFleetChange(before, after)), [
      "added c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, … (12)",
      "removed a",
      "connecting anew to c",
      "renamed or regrouped b",
      "needs a restart to take effect: enable_mutations",
    ]);
  });

  it("accounts for every cluster of two plans exactly once, and leads to the second's order", () => {
    const variants = fc.record({
      id: fc.constantFrom("a", "b", "c", "d", "e"),
      way: fc.constantFrom("1", "2"),
      name: fc.constantFrom("x", "y"),
      origin: fc.constantFrom("p", "q"),
    });
    const plans = fc.uniqueArray(variants, { selector: ({ id }) => id }).map((list) =>
      planOf(
        list.map(({ id, way, name, origin }) => ({
          ...cluster(id),
          way,
          origin,
          info: { ...cluster(id).info, name },
        })),
      ),
    );
    fc.assert(
      fc.property(plans, plans, (before, after) => {
        const change = planFleetChange(before, after);
        const told = [...change.added, ...change.replaced, ...change.relabelled, ...change.moved];
        const result = before.clusters
          .filter(({ info }) => !change.removed.includes(info.id))
          .map((old) => told.find(({ info }) => info.id === old.info.id) ?? old)
          .concat(change.added);
        assert.equal(new Set(ids(told)).size, told.length);
        const ordered = change.order ?? ids(result);
        assert.deepEqual(ordered, ids(after.clusters));
        for (const wanted of after.clusters) {
          const made = result.find(({ info }) => info.id === wanted.info.id) ?? assert.fail();
          assert.equal(differenceOf(made, wanted), "none");
        }
      }),
    );
  });
});
