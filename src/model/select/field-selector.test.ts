import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { messageOf } from "../../base/index.ts";
import { type KubeObject } from "../object.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { fieldText } from "./fields.ts";

type Parsed = Readonly<{
  objects: readonly Readonly<Record<string, string>>[];
  cases: readonly Readonly<{ selector: string; error?: string; matches?: readonly number[] }>[];
}>;

/** What k8s.io/apimachinery v0.34.4 answered to each selector. */
const { objects, cases } = JSON.parse(
  readFileSync(new URL("testdata/fields-parsed.json", import.meta.url), "utf8"),
) as Parsed;

describe("field selectors", () => {
  it("are those of Kubernetes: valid and refused in its words, and they match the same objects", () => {
    for (const { selector, error, matches } of cases) {
      if (error !== undefined) {
        assert.throws(
          () => parseFieldSelector(selector),
          (thrown) => {
            assert.equal(messageOf(thrown), error, selector);
            return true;
          },
        );
        continue;
      }
      const terms = parseFieldSelector(selector);
      const found = objects.flatMap((fields, index) =>
        terms.every(({ field, negated, value }) => ((fields[field] ?? "") === value) !== negated) ? [index] : [],
      );
      assert.deepEqual(found, matches ?? [], selector);
    }
  });
});

const object = (apiVersion: string, kind: string, rest: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: "a" },
  ...rest,
});

describe("a field's text", () => {
  for (const [name, given, field, expected] of [
    ["any scalar", object("example.test/v1", "Cup", { spec: { size: 3 } }), "spec.size", "3"],
    [
      "a member of a list by its index",
      object("v1", "Pod", { spec: { containers: [{ image: "b" }] } }),
      "spec.containers.0.image",
      "b",
    ],
    ["nothing as the empty text", object("v1", "Pod"), "spec.nodeName", ""],
    ["no scalar as the empty text", object("v1", "Pod", { spec: {} }), "spec", ""],
    ["a boolean that is left out as false", object("v1", "Node"), "spec.unschedulable", "false"],
    ["a number that is left out as 0", object("apps/v1", "ReplicaSet"), "status.replicas", "0"],
    ["a job's successes", object("batch/v1", "Job", { status: { succeeded: 2 } }), "status.successful", "2"],
    ["an event's source", object("v1", "Event", { source: { component: "kubelet" } }), "source", "kubelet"],
    ["an event's reporter for its source", object("v1", "Event", { reportingComponent: "k" }), "source", "k"],
    ["no inherited property", object("v1", "Pod"), "constructor.name", ""],
  ] as const) {
    it(`is ${name}`, () => assert.equal(fieldText(given, field), expected));
  }
});
