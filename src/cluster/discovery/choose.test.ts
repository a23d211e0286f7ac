import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Resource, resourceName } from "../../model/index.ts";
import { sized } from "../../../test/size.ts";
import { byPreference, carryOver, chooseResources, failedGroupsOf } from "./choose.ts";
import { type ServedGroups, type ServedVersion } from "./groups.ts";
import { resource, servedGroups } from "./testing/served-groups.ts";

const runs = { numRuns: sized({ small: 200, full: 5_000 }) };

const served = (
  version: string,
  plurals: readonly string[],
  freshness: "current" | "stale" = "current",
): ServedVersion => ({
  version,
  freshness,
  resources: plurals.map((plural) => resource({ group: "g", version, plural })),
});

const chosen = (...versions: readonly ServedVersion[]): readonly string[] =>
  chooseResources([{ name: "g", versions }]).map(({ plural, version }) => `${plural} ${version}`);

describe("chooseResources", () => {
  it("takes each resource in its group's preferred version", () => {
    assert.deepEqual(chosen(served("v2", ["looms"]), served("v1", ["looms"])), ["looms v2"]);
  });

  it("keeps a resource that only another version has, in that version", () => {
    assert.deepEqual(chosen(served("v1", ["looms"]), served("v1beta1", ["looms", "threads"])), [
      "looms v1",
      "threads v1beta1",
    ]);
  });

  it("prefers a version that answers to one that does not", () => {
    assert.deepEqual(chosen(served("v2", ["looms"], "stale"), served("v1", ["looms"])), ["looms v1"]);
    assert.deepEqual(chosen(served("v2", ["looms"], "stale")), ["looms v2"]);
  });

  it("tells every resource once, in the order of the groups", () => {
    fc.assert(
      fc.property(servedGroups, (groups) => {
        const names = chooseResources(groups).map(resourceName);
        const all = groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources.map(resourceName)));
        assert.deepEqual(new Set(names), new Set(all));
        assert.equal(names.length, new Set(names).size);
        const order = chooseResources(groups).map(({ group }) => groups.findIndex(({ name }) => name === group));
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
        );
      }),
      runs,
    );
  });

  it("never takes a version when one that comes before it has the resource", () => {
    fc.assert(
      fc.property(servedGroups, (groups) => {
        for (const { group, version, plural } of chooseResources(groups)) {
          const versions = byPreference(groups.find(({ name }) => name === group) ?? { name: group, versions: [] });
          const first = versions.find(({ resources }) => resources.some((resource) => resource.plural === plural));
          assert.equal(version, first?.version);
        }
      }),
      runs,
    );
  });
});

describe("a group that does not answer", () => {
  const known: ServedGroups = [{ name: "g", versions: [served("v1", ["looms"])] }];
  const down: ServedGroups = [{ name: "g", versions: [served("v1", [], "stale")] }];
  const names = (groups: ServedGroups): readonly string[] =>
    chooseResources(groups).map((found: Resource) => found.plural);

  it("keeps the resources that were known of it", () => {
    const carried = carryOver(known, down);
    assert.deepEqual(names(carried), ["looms"]);
    assert.deepEqual(failedGroupsOf(carried), ["g"]);
  });

  it("is told as the server last knew it, where the server still does", () => {
    assert.deepEqual(names(carryOver(known, [{ name: "g", versions: [served("v1", ["threads"], "stale")] }])), [
      "threads",
    ]);
  });

  it("loses them when it answers without them, or is gone", () => {
    assert.deepEqual(names(carryOver(known, [{ name: "g", versions: [served("v1", [])] }])), []);
    assert.deepEqual(names(carryOver(known, [])), []);
  });

  it("changes nothing when all groups answer", () => {
    fc.assert(
      fc.property(servedGroups, servedGroups, (previous, next) => {
        const current = next.map((group) => ({
          ...group,
          versions: group.versions.map((version) => ({ ...version, freshness: "current" as const })),
        }));
        assert.deepEqual(carryOver(previous, current), current);
      }),
      runs,
    );
  });
});
