import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { isHeddleError, messageOf } from "../../base/index.ts";
import { labelsMatch, parseLabelSelector } from "./label-selector.ts";

type Parsed = Readonly<{
  objects: readonly Readonly<Record<string, string>>[];
  cases: readonly Readonly<{ selector: string; error?: string; matches?: readonly number[] }>[];
}>;

/** What k8s.io/apimachinery v0.34.4 answered to each selector: its error, or which of the objects it matches. */
const { objects, cases } = JSON.parse(
  readFileSync(new URL("testdata/labels-parsed.json", import.meta.url), "utf8"),
) as Parsed;

describe("label selectors", () => {
  it("are those of Kubernetes: the same are valid, and they match the same objects", () => {
    for (const { selector, matches } of cases.filter(({ error }) => error === undefined)) {
      const parsed = parseLabelSelector(selector);
      const found = objects.flatMap((labels, index) => (labelsMatch(parsed, labels) ? [index] : []));
      assert.deepEqual(found, matches ?? [], selector);
    }
  });

  it("are refused where Kubernetes refuses them, in its words", () => {
    const refused = cases.filter(({ error }) => error !== undefined);
    assert.ok(refused.length > 100, "there are many to try");
    for (const { selector, error } of refused) {
      assert.throws(
        () => parseLabelSelector(selector),
        (thrown) => {
          assert.ok(isHeddleError(thrown, "HEDDLE_SELECTOR_INVALID"), `${selector}: ${String(thrown)}`);
          assert.equal(messageOf(thrown), error, selector);
          return true;
        },
        selector,
      );
    }
  });

  it("take equality, inequality and sets as one thing", () => {
    assert.deepEqual(parseLabelSelector("a==b, c notin (e,d,d), !f, g"), [
      { key: "a", operator: "in", values: ["b"] },
      { key: "c", operator: "notin", values: ["d", "e"] },
      { key: "f", operator: "absent", values: [] },
      { key: "g", operator: "exists", values: [] },
    ]);
  });
});
