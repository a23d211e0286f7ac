import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isDnsLabel } from "../model/index.ts";
import { makeClusterIds, toDnsLabel } from "./cluster-ids.ts";

describe("makeClusterIds", () => {
  it("lowers names, puts - for other characters, and trims", () => {
    assert.deepEqual(
      makeClusterIds(["Prod_EU", "arn:aws:eks:us-east-1:1:cluster/shop", "admin@home.lan", "-x-", "ein Bär"]),
      ["prod-eu", "arn-aws-eks-us-east-1-1-cluster-shop", "admin-home-lan", "x", "ein-b-r"],
    );
  });

  it("calls a name without any letter or digit cluster", () => {
    assert.deepEqual(makeClusterIds(["東京"]), ["cluster"]);
  });

  it("hangs a hash of the name on the later of two that become the same", () => {
    const [first, second] = makeClusterIds(["prod.eu", "prod_eu"]);
    assert.equal(first, "prod-eu");
    assert.match(second ?? "", /^prod-eu-[0-9a-f]{6}$/);
  });

  it("leaves a name that is a label already to itself, wherever it stands", () => {
    const [lowered, kept] = makeClusterIds(["Prod", "prod"]);
    assert.equal(kept, "prod");
    assert.match(lowered ?? "", /^prod-[0-9a-f]{6}$/);
  });

  it("shortens long names, and tells apart those that differ only behind the cut", () => {
    const long = "x".repeat(80);
    const ids = makeClusterIds([`${long}1`, `${long}2`]);
    assert.equal(ids[0], "x".repeat(63));
    assert.match(ids[1] ?? "", /^x{56}-[0-9a-f]{6}$/);
  });

  const char = fc.constantFrom("a", "A", "b", "1", "-", "_", ".", "/", "ä");
  const names = fc.uniqueArray(
    fc.oneof(
      fc.string(),
      fc.array(char, { maxLength: 80 }).map((chars) => chars.join("")),
    ),
    {
      maxLength: 40,
    },
  );

  it("gives every name a DNS label of its own, and the same one each time", () => {
    fc.assert(
      fc.property(names, (names) => {
        const ids = makeClusterIds(names);
        assert.equal(ids.length, names.length);
        for (const id of ids) assert.ok(isDnsLabel(id), id);
        assert.equal(new Set(ids).size, ids.length);
        assert.deepEqual(makeClusterIds(names), ids);
      }),
    );
  });

  it("never changes an id when a name is added behind the others, unless the name is that id", () => {
    fc.assert(
      fc.property(names, fc.string(), (names, added) => {
        fc.pre(!names.includes(added));
        const before = makeClusterIds(names);
        fc.pre(!before.some((id) => id === added));
        assert.deepEqual(makeClusterIds([...names, added]).slice(0, -1), before);
      }),
    );
  });
});

describe("toDnsLabel", () => {
  it("finds the label nearest to a slip of the finger", () => {
    assert.equal(toDnsLabel("Prod US East!"), "prod-us-east");
    assert.equal(toDnsLabel("!!"), undefined);
  });
});
