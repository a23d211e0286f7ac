import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareKubeVersions } from "./kube-version.ts";

const version = fc.oneof(
  fc.stringMatching(/^v[1-9]\d?((alpha|beta)[1-9])?$/),
  fc.constantFrom("v0", "v1gamma1", "foo1", "v01", "v1beta", ""),
);

describe("compareKubeVersions", () => {
  it("orders as the CustomResourceDefinition documentation does", () => {
    const best = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"];
    assert.deepEqual(best.toReversed().toSorted(compareKubeVersions), best);
  });

  it("is an order", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const sign = (left: string, right: string): number => Math.sign(compareKubeVersions(left, right));
        assert.equal(sign(a, b) + sign(b, a), 0);
        assert.equal(sign(a, b) === 0, a === b);
        if (sign(a, b) < 0 && sign(b, c) < 0) assert.equal(sign(a, c), -1);
      }),
    );
  });
});
