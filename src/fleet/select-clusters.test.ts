import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UsageError } from "../base/index.ts";
import { type ClusterInfo, parseClusterId } from "../model/index.ts";
import { selectClusters } from "./select-clusters.ts";

const cluster = (id: string, more: Partial<ClusterInfo> = {}): ClusterInfo => ({
  id: parseClusterId(id),
  name: id,
  server: `https://${id}:6443`,
  ...more,
});

const fleet = [
  cluster("prod-us", { name: "Production US", environment: "prod", region: "us-east-1" }),
  cluster("prod-eu", { name: "Production EU", environment: "prod", region: "eu-west-1" }),
  cluster("test", { environment: "test", region: "eu-west-1" }),
  cluster("laptop", { name: "env=mine" }),
];
const idsOf = (text: string): readonly string[] => selectClusters(fleet, text).map(({ id }) => id);

describe("selectClusters", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["test", ["test"]],
    ["Production EU", ["prod-eu"]],
    ["test,prod-us", ["prod-us", "test"]],
    ["env=prod", ["prod-us", "prod-eu"]],
    ["environment=test", ["test"]],
    ["region=eu-west-1", ["prod-eu", "test"]],
    ["region=eu-west-1,env=prod", ["prod-us", "prod-eu", "test"]],
    ["env=prod, laptop", ["prod-us", "prod-eu", "laptop"]],
    ["env=mine", ["laptop"]],
  ];
  for (const [text, ids] of table)
    it(`takes "${text}" for ${ids.join(" and ")}`, () => assert.deepEqual(idsOf(text), ids));

  const refusals: readonly (readonly [string, RegExp])[] = [
    ["prod-uss", /no cluster has the id or name "prod-uss"; did you mean "prod-us"\?/],
    ["production eu", /did you mean "Production EU"\?/],
    ["nothing-like-it", /expected one of prod-us, Production US, /],
    ["env=prd", /no cluster has env=prd; did you mean "prod"\?/],
    ["regoin=eu-west-1", /"regoin" is no trait of a cluster; did you mean "region"\?/],
    ["__proto__=x", /is no trait of a cluster/],
    ["", /has an empty part/],
    ["test,", /has an empty part/],
  ];
  for (const [text, message] of refusals)
    it(`refuses "${text}" with a way out`, () =>
      assert.throws(
        () => idsOf(text),
        (error) => error instanceof UsageError && message.test(error.message),
      ));

  it("adds up what its terms mean, in the fleet's order, each once, whatever their order", () => {
    const terms = fc.array(fc.constantFrom("prod-us", "test", "env=prod", "env=mine", "region=eu-west-1"), {
      minLength: 1,
    });
    fc.assert(
      fc.property(terms, (terms) => {
        const chosen = idsOf(terms.join(","));
        const union = new Set(terms.flatMap(idsOf));
        assert.deepEqual(
          chosen,
          fleet.map(({ id }) => id).filter((id) => union.has(id)),
        );
        assert.deepEqual(idsOf(terms.toReversed().join(",")), chosen);
      }),
    );
  });
});
